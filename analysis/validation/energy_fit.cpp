// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/energy_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "results/record/nearest.hpp"

namespace sextant::analysis {
namespace {

enum Figure { static_share, path, flop, peak, rest, package_rest };

// Before a row is seen. s: an H100 rests at a sixth to a half of its 700 W (decode-model.md section 8, E1: 306 W while it
// works). b: the way through a chip costs as much as its memory does, about 30 of 200 pJ a byte and up to several times
// it. f: 1 pJ a FLOP on an H100 (section 4.7) is 1.4 of board over peak. k: a peak is above the mean. The rest of a
// computer beside its board: tens to 200 W; of a machine that is one package: some tenth of it.
const std::array<Prior, 6> priors{{{"static power / board power", std::log(0.25), 0.4},
                                   {"path energy of a byte / (board power / bandwidth)", std::log(0.3), 0.6},
                                   {"energy of a FLOP / (board power / peak)", std::log(1.4), 0.5},
                                   {"peak power / mean power", std::log(1.3), 0.3},
                                   {"W beside a board", std::log(80), 0.5},
                                   {"power beside a package / its power", std::log(0.15), 0.5}}};
constexpr Spreads before{.row = 0.15, .group = 0.2, .strength = 4};

// An H100 in prefill uses 634 of 700 W (decode-model.md section 4.7).
constexpr double prefill_share = 0.9;
constexpr double idle_gaps = 0.2;  // log: runs known to hold gaps whose length nobody says

// J/byte of a memory, whatever its speed grade: GDDR6X is GDDR6, LPDDR4X is LPDDR5.
std::optional<double> memory_energy(const Catalogue& catalogue, const std::string& memory) {
  const std::string name = results::folded(memory);
  const std::array<std::pair<const char*, const char*>, 12> kinds{{{"hbm4", "hbm4"},
                                                                   {"hbm3e", "hbm3e"},
                                                                   {"hbm3", "hbm3"},
                                                                   {"hbm", "hbm2e"},
                                                                   {"gddr7", "gddr7"},
                                                                   {"gddr", "gddr6"},
                                                                   {"lpddr6", "lpddr6"},
                                                                   {"lpddr5x", "lpddr5x"},
                                                                   {"lpddr", "lpddr5"},
                                                                   {"mrdimm", "ddr5"},
                                                                   {"ddr", "ddr5"},
                                                                   {"sram", "sram_on_die"}}};
  for (const auto& [begin, technology] : kinds) {
    if (!name.starts_with(begin)) continue;
    return find(find(catalogue, Kind::technology, technology), "energy_read").estimate.value;
  }
  return std::nullopt;
}

// A machine whose memory and processors are one package, not a board in a computer.
bool is_package(const std::string& kind) {
  const std::set<std::string> packages{"apple", "unified", "igpu", "cpu", "edge"};
  return packages.contains(kind);
}

struct Run {
  Metric metric{};
  SetUp set_up;
  double board = 0;   // W
  double memory = 0;  // J/byte of the memory alone
  double bandwidth = 0, arithmetic = 0;
  double accelerators = 1, tokens = 1;
  double working = 1;  // share of the accelerators: the others hold other layers and wait their turn
  double steps = 1;
  bool package = false;
  FitRow row;
  std::string refused;
};

// W of an accelerator, mean over prompt and answer, and the share of it that is static; s of the run.
struct RunPower {
  double power = 0, static_part = 0, seconds = 0;
};

RunPower power_of(const Run& run, std::span<const double> x, StepFunction step_of) {
  const auto figure = [&](Figure f) { return std::exp(x[f]); };
  Hardware h = run.set_up.hardware;
  h.power = {};
  h.power.idle = figure(static_share) * run.board;
  h.power.per_flop = figure(flop) * run.board / run.arithmetic;
  h.memory().energy_read = run.memory + figure(path) * run.board / run.bandwidth;
  const Step step = step_of(run.set_up.workload, h);
  const double decode = run.steps * step.seconds / step.tokens;
  const double joules =
      run.steps * step.energy.total() / h.devices / step.tokens + prefill_share * run.board * run.set_up.prefill;
  RunPower result;
  result.seconds = decode + run.set_up.prefill;
  result.power = run.working * joules / result.seconds + (1 - run.working) * h.power.idle;
  result.static_part = h.power.idle / result.power;
  return result;
}

double log_prediction(const Run& run, std::span<const double> x, StepFunction step) {
  const RunPower p = power_of(run, x, step);
  const auto figure = [&](Figure f) { return std::exp(x[f]); };
  switch (run.metric) {
    case Metric::token_energy:
      return std::log(run.accelerators * p.power * p.seconds / run.tokens);
    case Metric::wall_power: {
      const double boards = run.accelerators * std::min(run.board, figure(peak) * p.power);
      const double beside = run.package ? figure(package_rest) * run.accelerators * run.board : figure(rest);
      return std::log(boards + beside);
    }
    default:
      return std::log(p.power);
  }
}

bool of_energy(Metric metric) {
  return metric == Metric::power || metric == Metric::wall_power || metric == Metric::token_energy;
}

Run refused(std::string reason) {
  Run run;
  run.refused = std::move(reason);
  return run;
}

Run run_of(const Case& c, const Catalogue& catalogue, const SetUpOf& set_up, StepFunction step) {
  if (!c.refused.empty()) return refused(c.refused);
  if (!of_energy(c.metric)) return refused("is neither power nor energy");
  const Entry* device = lookup(catalogue, Kind::device, c.device);
  const PublishedFigure* board = device != nullptr ? lookup(*device, "power") : nullptr;
  if (board == nullptr) return refused(fmt::format("the catalogue has no board power of '{}'", c.accelerator));
  const auto memory = memory_energy(catalogue, word(*device, "memory"));
  if (!memory)
    return refused(fmt::format("the catalogue has no energy of a byte of {}, the memory of '{}'",
                               word(*device, "memory"), c.accelerator));
  const Decoding& d = c.decoding();
  Run run;
  run.metric = c.metric;
  run.set_up = set_up(c);
  run.board = board->estimate.value;
  run.memory = *memory;
  run.bandwidth = c.bandwidth > 0 ? c.bandwidth : find(*device, "bandwidth").estimate.value;
  run.arithmetic = c.arithmetic;
  if (const PublishedFigure* rate = lookup(*device, "bf16"); rate != nullptr && run.arithmetic <= 0)
    run.arithmetic = rate->estimate.value;
  if (run.arithmetic <= 0) return refused(fmt::format("nobody says how many FLOP/s '{}' does", c.accelerator));
  run.accelerators = d.accelerators;
  run.steps = std::max(1.0, run.set_up.workload.output);
  const double devices = run.set_up.hardware.devices;
  const double groups = d.batch == 1.0 ? 1 : std::max(1.0, d.accelerators / devices);  // each with sequences of its own
  run.tokens = run.set_up.workload.batch * run.steps * groups;
  run.working = std::min(1.0, groups * devices / d.accelerators);
  run.package = is_package(word(*device, "class"));
  run.row.measured = c.measured;
  run.row.group = c.device;
  std::vector<double> x;
  for (const Prior& prior : priors) x.push_back(prior.mean);
  const double static_part = power_of(run, x, step).static_part;
  // A longer run costs its static power; the faster it goes, the more the bytes and operations of a second.
  const double by_time = run.metric == Metric::token_energy ? static_part : 1 - static_part;
  const double gaps = results::folded(d.notes).find("idle") == std::string::npos ? 0 : idle_gaps;
  run.row.sd = std::hypot(by_time * run.set_up.sd, gaps);
  return run;
}

}  // namespace

EnergyFit fit_energy(std::span<const Case* const> rows, const Catalogue& catalogue, const SetUpOf& set_up,
                     StepFunction step) {
  std::vector<Run> runs;
  std::vector<FitRow> fitted;
  for (const Case* c : rows) {
    if (!of_energy(c->metric)) continue;
    Run run = run_of(*c, catalogue, set_up, step);
    if (!run.refused.empty()) continue;
    fitted.push_back(run.row);
    runs.push_back(std::move(run));
  }
  return {fit_with_priors(priors, fitted, before,
                          [&](std::span<const double> x, std::size_t i) { return log_prediction(runs[i], x, step); }),
          step};
}

Predicted predict(const EnergyFit& fit, const Case& c, const Catalogue& catalogue, const SetUpOf& set_up) {
  const Run run = run_of(c, catalogue, set_up, fit.step);
  if (!run.refused.empty()) {
    Predicted none;
    none.refused = run.refused;
    return none;
  }
  Predicted result = learnt(fit.fit, run.row, results::TransferClass::T2,
                            [&](std::span<const double> x) { return log_prediction(run, x, fit.step); });
  const bool known = fit.fit.knows(run.row.group);
  result.basis = fmt::format("{}{} other devices under one set of energies, board power and the energy of its memory",
                             known ? "its own rows and " : "", result.others);
  const RunPower power = power_of(run, fit.fit.at, fit.step);
  result.bound = power.static_part > 0.5 ? "static power" : "bytes and operations";
  return result;
}

std::size_t parameters(const EnergyFit& fit) { return parameters(fit.fit); }

}  // namespace sextant::analysis
