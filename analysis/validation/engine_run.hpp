// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/designs/design.hpp"
#include "analysis/model/decode.hpp"
#include "analysis/validation/case.hpp"
#include "analysis/validation/engine_effects.hpp"
#include "analysis/validation/step_function.hpp"

// A published run of an engine as what a projection takes: a workload, and a design whose efficiencies and fixed costs
// are parameters of a profile. Beside them the conventions of the measurement.
namespace sextant::analysis {

struct EngineRun {
  const Case* measured = nullptr;
  Workload workload;
  Design design;
  Values values{};      // of the design; those that a profile gives are NaN
  Effects effects;      // what it depends on
  double age = 0;       // of the device, years from 2021
  double ranks = 1;     // accelerators that share a token
  double waves = 1;     // batches one after the other, because the cache of all sequences does not fit at once
  double replicas = 1;  // groups of accelerators that each decode such a batch
  bool prompt = false;  // the value counts the time of the prompts too
  std::string refused;  // why no machine can have run it as its row says; empty = one can
};

// Of a decode case that is not refused. Where the batch is not stated it is the largest that 90 % of the memory holds at
// mean context, up to `most_requests`; where the split is not stated, the fewest accelerators that hold the weights in half
// of their memory work together, and the rest decode other requests.
EngineRun engine_run(const Case& measured, const Catalogue& catalogue);
inline constexpr double most_requests = 2048;  // requests that servers take on by default (TensorRT-LLM)

// The machine with these figures, and the workload with their routing.
Hardware hardware_of(const EngineRun& run, const EngineFigures& figures);
Workload workload_with(const EngineRun& run, const EngineFigures& figures);

// The value of the case's metric when a step takes `step` s and the prompts of a batch `prompt` s.
double value_of(const EngineRun& run, double step, double prompt, double load);

// The value that figures predict, by `step`.
double predicted_value(const EngineRun& run, const EngineFigures& figures, StepFunction step = decode_step);

// Parameters that its design takes from a profile, in the order of EngineFigures.
inline constexpr const char* engine_parameters[drawn_figures] = {"engine.bandwidth_efficiency", "engine.per_layer",
                                                                 "engine.per_sequence", "engine.arithmetic_efficiency",
                                                                 "engine.all_reduce_latency"};

}  // namespace sextant::analysis
