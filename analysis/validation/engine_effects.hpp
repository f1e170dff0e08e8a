// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"

// What a run of an engine on a device depends on, shared among runs so that a device that nobody measured borrows from
// its class (partial pooling): decode-model.md sections 3 and 5. Every effect is added to the logarithm of a figure.
namespace sextant::analysis {

enum class Effect {
  efficiency,    // share of the memory's stated bandwidth: of an engine family
  memory_class,  // of engines of one kind on one class of memory: HBM, GDDR, ...
  generation,    // for every year a device is younger
  device,        // how much slower a device is than its class, in all that it does
  per_layer,     // s of each layer: of an engine family
  vendor,        // of engines of one kind on one vendor's devices
  per_sequence,  // s of each sequence and layer: of engines of one kind
  arithmetic,    // share of the stated peak: of engines of one kind
  all_reduce,    // s, alpha of two accelerators
  between,       // s, what alpha grows by from node to node
  routing,       // logit of the routing correlation of prompts that are alike
  load,          // how much longer a step takes under a scheduler: of a scenario
  mixture,       // the same for a mixture of experts
};
inline constexpr std::size_t effect_count = 13;

// A parameter of the fit: normally distributed before any measurement.
struct EffectParameter {
  std::string name;  // "efficiency of tensorrt-llm"; empty: the run does not depend on this effect
  double mean = 0;   // of the logarithm
  double spread = 0;
};

// By Effect.
using Effects = std::array<EffectParameter, effect_count>;
using EffectValues = std::array<double, effect_count>;

// What of a run its row does not say in one column.
struct Circumstances {
  double ranks = 1;            // accelerators that share a token
  bool mixture = false;        // the model is one of experts
  bool alike_prompts = false;  // all sequences were given one text
};

// Of a decode case whose device is catalogued.
Effects effects_of(const Case& measured, const EngineFamily& engine, const Entry& device, const Circumstances& in);

// Whether engines of this family answer many users at once (and multiply in the type of the weights where they can);
// the others serve one user and widen weights to 16 bit.
bool serves_many(const EngineFamily& engine);

// The figures of an engine on a device.
struct EngineFigures {
  double efficiency = 0;    // of the stated bandwidth, at most 1
  double per_layer = 0;     // s
  double per_sequence = 0;  // s, each layer
  double arithmetic = 0;    // of the stated peak, at most 1
  double latency = 0;       // s of an all-reduce, its bytes apart
  double correlation = 0;   // of the experts that alike prompts choose
  double load = 1;          // factor on the time of a step
};
inline constexpr std::size_t drawn_figures = 5;  // the first five, which a profile holds with joint draws

// `age`: years from 2021 to the device; `ranks` that share a token.
EngineFigures figures_of(const EffectValues& effects, double age, double ranks);

// Years from 2021, where the ages of the published devices centre; clamped to 2012 and 2025.
double age_of(const Entry& device);

// "GDDR", "HBM", "LPDDR", "DDR" of a device's memory.
std::string memory_class(const Entry& device);

}  // namespace sextant::analysis
