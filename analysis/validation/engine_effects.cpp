// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/engine_effects.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

EffectParameter& at(Effects& effects, Effect effect) { return effects[static_cast<std::size_t>(effect)]; }

// Engines that are built alike share what single engines cannot tell apart: programs of one user on whatever device,
// on its processor, and servers of many users.
enum class Manner { local, processor, server };
constexpr const char* manner_names[] = {"local engines", "processor engines", "servers"};

constexpr const char* servers[] = {"vllm", "sglang", "tensorrt-llm", "turbomind", "tgi",      "fastertransformer",
                                   "jax",  "neuron", "deepspeed",    "lightllm",  "tt-metal", "optimum-habana"};

Manner manner_of(const EngineFamily& engine) {
  if (engine.backend == "cpu") return Manner::processor;
  const bool serves = std::find(std::begin(servers), std::end(servers), engine.program) != std::end(servers);
  return serves ? Manner::server : Manner::local;
}

bool mentions(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

// MLPerf's scenarios: requests arrive over time and must be answered in time (Server), or faster still (Interactive).
// Everything else asks for all at once.
std::string scenario_of(const std::string& notes) {
  if (mentions(notes, "Interactive")) return "interactive";
  if (mentions(notes, "Server")) return "server";
  return mentions(notes, "MLPerf") ? "offline, MLPerf" : "offline";
}

}  // namespace

bool serves_many(const EngineFamily& engine) { return manner_of(engine) == Manner::server; }

std::string memory_class(const Entry& device) {
  const std::string memory = word(device, "memory");
  for (const char* name : {"HBM", "GDDR", "LPDDR"}) {
    if (memory.rfind(name, 0) == 0) return name;
  }
  return "DDR";
}

double age_of(const Entry& device) {
  const std::string year = word(device, "year");
  return std::clamp(year.empty() ? 2021.0 : std::stod(year), 2012.0, 2025.0) - 2021.0;
}

// Priors. Of a layer: 30 to 105 us, mostly 60 to 105 (decode-model.md finding 4); processors take several times that.
// Of an all-reduce: 7.6 us of two H100 (section 3a). The rest are wide: a share of 0.5 to 0.9, and factors around 1 whose
// spread is that of sections 3b and 5 (0.055 to 0.21 within a class of memory, 0.35 to 0.5 across).
Effects effects_of(const Case& measured, const EngineFamily& engine, const Entry& device, const Circumstances& in) {
  const Decoding& run = measured.decoding();
  const Manner manner = manner_of(engine);
  const std::string family = engine.program + "-" + engine.backend;  // a program's other names run the same kernels
  const std::string engines = manner_names[static_cast<int>(manner)];
  const bool processor = manner == Manner::processor, server = manner == Manner::server;
  const bool loaded = measured.group == Group::maxload;
  Effects e;
  at(e, Effect::efficiency) = {"efficiency of " + family, std::log(0.75), 0.3};
  if (!processor) at(e, Effect::memory_class) = {"efficiency of " + engines + " on " + memory_class(device), 0, 0.2};
  if (!processor) at(e, Effect::generation) = {"efficiency for each year", 0, 0.05};
  at(e, Effect::device) = {"slowness of " + device.id, 0, 0.12};
  at(e, Effect::per_layer) = {"layer of " + family,
                              std::log(processor ? 500e-6
                                       : server  ? 70e-6
                                                 : 100e-6),
                              server ? 0.3 : 0.7};
  if (manner == Manner::local)
    at(e, Effect::vendor) = {"layer of " + engines + " on " + word(device, "vendor"), 0, 0.4};
  at(e, Effect::per_sequence) = {
      "sequence of " + std::string(server ? "servers" : "engines of one user") + (loaded ? " under load" : ""),
      std::log(1e-6), 1.0};
  at(e, Effect::arithmetic) = {"arithmetic of " + engines + (loaded ? " under load" : ""), std::log(0.5), 0.4};
  if (in.ranks > 1) at(e, Effect::all_reduce) = {"all-reduce", std::log(8e-6), 0.3};
  if (in.ranks > 8) at(e, Effect::between) = {"all-reduce between nodes", std::log(30e-6), 1.0};
  if (in.alike_prompts) at(e, Effect::routing) = {"routing of " + engines, -1, 1};
  if (loaded) at(e, Effect::load) = {"load, " + scenario_of(run.notes), 0, 0.5};
  if (loaded && in.mixture) at(e, Effect::mixture) = {"load, mixture of experts", 0, 0.5};
  return e;
}

EngineFigures figures_of(const EffectValues& values, double age, double ranks) {
  const auto v = [&](Effect effect) { return values[static_cast<std::size_t>(effect)]; };
  const double slowness = v(Effect::device);
  EngineFigures f;
  f.efficiency =
      std::min(1.0, std::exp(v(Effect::efficiency) + v(Effect::memory_class) + age * v(Effect::generation) - slowness));
  f.per_layer = std::exp(v(Effect::per_layer) + v(Effect::vendor) + slowness);
  f.per_sequence = std::exp(v(Effect::per_sequence) + slowness);
  f.arithmetic = std::min(1.0, std::exp(v(Effect::arithmetic) - slowness));
  // Measured all-reduces of a few kilobytes grow with the logarithm of the ranks: 7.6, 11.6 and about 15.6 us at 2, 4 and
  // 8 H100 (section 3a).
  if (ranks > 1) f.latency = std::exp(v(Effect::all_reduce)) * (1 + std::log2(ranks)) / 2;
  if (ranks > 8) f.latency += std::exp(v(Effect::between));
  f.correlation = 1 / (1 + std::exp(-v(Effect::routing)));
  f.load = std::exp(v(Effect::load) + v(Effect::mixture));
  return f;
}

}  // namespace sextant::analysis
