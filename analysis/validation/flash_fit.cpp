// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/flash_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "analysis/model/operators.hpp"
#include "analysis/validation/offload.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {
namespace {

enum Figure { link, drive, storage, paging, host, slowdown, unpacking };

// Before a row is seen. A link moves 12.35 of 15.75 GB/s at best (interconnects.csv, pcie3), an engine less. A drive
// reads 7 of the 7.9 GB/s of its link (technologies.csv, nvme_gen4; older ones half), an engine half of that. Page
// faults brought 0.3 of 5 to 7 GB/s (shared/facts/flash_microbench.csv: SwiftLM issue 24). A processor streams about
// three fifths of its memory. An engine that moves weights waits on the accelerator more than the engines of which its
// step was learnt, and one that widens a compressed cache passes over it several times.
const std::array<Prior, 7> priors{{{"share of the link", std::log(0.6), 0.4},
                                   {"share of the link that a drive reads", std::log(0.7), 0.3},
                                   {"share of the drive", std::log(0.5), 0.5},
                                   {"share of the drive by page faults", std::log(0.06), 0.5},
                                   {"share of the host's memory", std::log(0.6), 0.4},
                                   {"time of the accelerator's part", std::log(1.2), 0.3},
                                   {"time with a compressed cache", std::log(1.5), 0.5}}};
constexpr Spreads before{.row = 0.25, .group = 0.35, .strength = 4};

// Log spread of what no row says.
constexpr double unknown_drive = 0.5;  // SATA, network disks and arrays are called SSD too
constexpr double unknown_host = 0.4;   // two channels or eight
constexpr double unknown_link = 0.3;   // of the generation after or before
constexpr double unknown_place = 0.5;  // how much of the model left the accelerator

constexpr double usable = 0.9;      // of a capacity, for weights and cache
constexpr double channels = 2;      // of host memory
constexpr double drive_lanes = 4;   // of every NVMe drive
constexpr double unlimited = 1e15;  // byte

constexpr const char* moves_nothing = "no weights moved";  // the group of rows whose model fits, whatever the engine

struct Streamed {
  Metric metric{};
  SetUp set_up;
  Lowest lowest = Lowest::device;
  OffloadStyle style;
  bool paged = false, packed = false, with_prompt = false, link_stated = false, host_cache = false;
  double link = 0, drive = 0, host = 0;  // byte/s, peaks
  double device_capacity = unlimited, host_capacity = unlimited;
  FitRow row;
  std::string refused;
};

Tier tier_of(double capacity, double bandwidth, bool holds_cache) {
  Tier tier;
  tier.capacity = capacity;
  tier.read_bandwidth = bandwidth;
  tier.holds_cache = holds_cache;
  tier.chained = true;
  return tier;
}

// The accelerator's memory as it was set up, slower by one factor, and the tiers behind it.
Hardware hardware_of(const Streamed& s, std::span<const double> x) {
  const auto figure = [&](Figure f) { return std::exp(x[f]); };
  Hardware h = s.set_up.hardware;
  h.tier_count = 1;
  h.memory().read_bandwidth /= figure(slowdown);
  for (double& rate : h.compute) rate /= figure(slowdown);
  h.memory().capacity = s.lowest == Lowest::device ? unlimited : s.device_capacity;
  if (s.lowest == Lowest::device) return h;
  const double memory = s.host * figure(host);
  const double over = s.link_stated ? s.link : s.link * figure(link);
  const double rate = s.style.host_computes ? memory : over;
  h.tiers[1] = tier_of(s.lowest == Lowest::host ? unlimited : s.host_capacity, rate, s.host_cache);
  h.cache_share[1] = s.host_cache ? memory / rate : 1;  // what attends there reads at the speed of that memory
  h.tier_count = 2;
  if (s.lowest != Lowest::disk) return h;
  const double read = s.drive * figure(drive) * figure(s.paged ? paging : storage);
  h.tiers[2] = tier_of(unlimited, std::min(read, s.link), s.host_cache);
  h.tier_count = 3;
  return h;
}

double log_prediction(const Streamed& s, std::span<const double> x, StepFunction step_of) {
  if (s.metric == Metric::read_rate) return std::log(s.drive) + x[drive];
  const Workload& w = s.set_up.workload;
  const Step step = step_of(w, hardware_of(s, x));
  const double slower = s.packed ? std::exp(x[unpacking]) : 1;
  const double each = slower * step.seconds / step.tokens;
  const double output = std::max(1.0, w.output);
  const double prefill = slower * std::exp(x[slowdown]) * s.set_up.prefill;
  const double whole = prefill + output * each;
  switch (s.metric) {
    case Metric::step_time:
      return std::log(each);
    case Metric::batch_time:
      return std::log(whole);
    case Metric::total_rate:
    case Metric::accelerator_rate:
      return std::log(w.batch / (s.with_prompt ? whole / output : each));
    default:
      return -std::log(each);
  }
}

Streamed refused(std::string reason) {
  Streamed s;
  s.refused = std::move(reason);
  return s;
}

// Byte that a device keeps, as the equations count them.
double weights(const Streamed& s) { return resident_weights(s.set_up.workload, s.set_up.hardware.devices); }
double cache(const Streamed& s) {
  const Workload& w = s.set_up.workload;
  return resident_cache(w, s.set_up.hardware.devices, w.context + w.output);
}

Lowest lowest_by_size(const Streamed& s, double host_capacity) {
  if (s.style.from_disk) return Lowest::disk;
  const double bytes = weights(s) + cache(s);
  if (bytes <= s.device_capacity && !s.style.always_streams) return Lowest::device;
  return bytes <= s.device_capacity + host_capacity ? Lowest::host : Lowest::disk;
}

// What the row says of where its bytes lie; the rest from the device, and whether it was said.
void read_tiers(Streamed& s, const Offload& said, const Entry& device, bool& place_known) {
  if (const PublishedFigure* capacity = lookup(device, "capacity"))
    s.device_capacity = usable * capacity->estimate.value;
  s.host_capacity = said.host_capacity ? usable * *said.host_capacity : unlimited;
  const double layers = s.set_up.workload.model.layers;
  place_known = said.lowest.has_value() || said.device_layers.has_value();
  s.lowest = said.lowest.value_or(lowest_by_size(s, s.host_capacity));
  if (said.device_layers) {
    const double kept = std::min(1.0, *said.device_layers / layers);
    if (kept >= 1 && !said.lowest) s.lowest = Lowest::device;
    if (kept < 1 && s.lowest == Lowest::device) s.lowest = Lowest::host;
    s.device_capacity = kept * weights(s) + cache(s);
  }
  if (s.style.always_streams) s.device_capacity = cache(s);
  s.host_cache = s.style.host_attends || s.style.host_computes;
  if (s.lowest == Lowest::disk && s.style.always_streams) s.host_capacity = 0;
  if (s.paged) {  // what is read in a circle through a memory too small for it is gone when it is wanted again
    s.device_capacity = cache(s);
    s.host_capacity = 0;
  }
}

Streamed streamed_of(const Case& c, const Catalogue& catalogue, const SetUpOf& set_up, StepFunction step) {
  if (!c.refused.empty()) return refused(c.refused);
  const Decoding& d = c.decoding();
  const bool reads_drive = c.metric == Metric::read_rate;
  const Entry* device = lookup(catalogue, Kind::device, c.device);
  const Offload said = offload_of(d.notes, reads_drive);
  Streamed s;
  s.metric = c.metric;
  s.style = offload_style(d.family.empty() ? d.engine : d.family);
  s.row.measured = c.measured;
  s.row.group = d.family.empty() ? d.engine : d.family;
  s.paged = said.paged;
  const double generation = said.generation.value_or(device != nullptr ? link_generation(*device) : 4);
  // The words speak of the drive's link where the row is of a drive, of the accelerator's otherwise.
  s.drive = link_bandwidth(catalogue, generation, reads_drive ? said.lanes.value_or(drive_lanes) : drive_lanes);
  std::vector<double> x;
  for (const Prior& prior : priors) x.push_back(prior.mean);
  if (reads_drive) {
    s.row.sd = said.generation ? 0 : unknown_link;
    return s;
  }
  if (device == nullptr)
    return refused(fmt::format("the catalogue does not know how much memory '{}' has", c.accelerator));
  s.set_up = set_up(c);
  s.link_stated = said.rate.has_value();
  s.link = said.rate.value_or(link_bandwidth(catalogue, generation, said.lanes.value_or(16)));
  s.host = channels * find(find(catalogue, Kind::technology, "ddr5"), "read_bandwidth").estimate.value;
  s.packed = s.style.unpacks_cache && d.cache_bytes < 1;
  s.with_prompt = results::folded(d.notes).find("prefill") != std::string::npos;
  bool place_known = true;
  read_tiers(s, said, *device, place_known);
  // An engine's deviation is one of moving weights.
  if (s.lowest == Lowest::device) s.row.group = moves_nothing;
  if (!s.host_cache) s.device_capacity = std::max(s.device_capacity, cache(s));
  // How far the time hangs on what was not said.
  const std::vector<double> slope =
      elasticities(x, [&](std::span<const double> at) { return log_prediction(s, at, step); });
  double variance = std::pow(slope[slowdown] * s.set_up.sd, 2) + std::pow(slope[host] * unknown_host, 2) +
                    std::pow((slope[storage] + slope[paging]) * unknown_drive, 2);
  if (!said.generation && !said.rate) variance += std::pow(slope[link] * unknown_link, 2);
  if (!place_known) variance += std::pow(unknown_place, 2);
  s.row.sd = std::sqrt(variance);
  return s;
}

const char* bound_of(const Streamed& s, std::span<const double> x, StepFunction step) {
  const std::vector<double> slope =
      elasticities(x, [&](std::span<const double> at) { return log_prediction(s, at, step); });
  const auto largest = std::max_element(slope.begin(), slope.begin() + slowdown + 1,
                                        [](double a, double b) { return std::abs(a) < std::abs(b); });
  switch (largest - slope.begin()) {
    case link:
      return "host link";
    case drive:
    case storage:
    case paging:
      return "storage bandwidth";
    case host:
      return "host memory bandwidth";
    default:
      return s.link_stated && s.lowest == Lowest::host ? "host link" : "accelerator";
  }
}

}  // namespace

FlashFit fit_flash(std::span<const Case* const> rows, const Catalogue& catalogue, const SetUpOf& set_up,
                   StepFunction step) {
  std::vector<Streamed> runs;
  std::vector<FitRow> fitted;
  for (const Case* c : rows) {
    if (c->group != Group::flash) continue;
    Streamed run = streamed_of(*c, catalogue, set_up, step);
    if (!run.refused.empty()) continue;
    fitted.push_back(run.row);
    runs.push_back(std::move(run));
  }
  return {fit_with_priors(priors, fitted, before,
                          [&](std::span<const double> x, std::size_t i) { return log_prediction(runs[i], x, step); }),
          step};
}

Predicted predict(const FlashFit& fit, const Case& c, const Catalogue& catalogue, const SetUpOf& set_up) {
  const Streamed run = streamed_of(c, catalogue, set_up, fit.step);
  if (!run.refused.empty()) {
    Predicted none;
    none.refused = run.refused;
    return none;
  }
  Predicted result = learnt(fit.fit, run.row, results::TransferClass::T3,
                            [&](std::span<const double> x) { return log_prediction(run, x, fit.step); });
  const bool known = fit.fit.knows(run.row.group);
  const char* own = !known                           ? ""
                    : run.row.group == moves_nothing ? "rows that move no weights and "
                                                     : "its engine's rows and ";
  result.basis = fmt::format("{}{} other engines that move weights, under one set of shares", own, result.others);
  result.bound = bound_of(run, fit.fit.at, fit.step);
  return result;
}

std::size_t parameters(const FlashFit& fit) { return parameters(fit.fit); }

}  // namespace sextant::analysis
