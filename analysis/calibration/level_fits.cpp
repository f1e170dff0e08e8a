// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/level_fits.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "results/record/cache_claims.hpp"

namespace sextant::analysis {

using results::Unit;

namespace {

bool is(const Observation& observation, std::string_view axis, std::string_view word) {
  return !observation.measurement->point.has(axis) || observation.word(axis) == word;
}

// Random order less windows, at the largest footprint that has both. Windows pay for one load in eight.
void fit_translation(const Observations& data, std::vector<Parameter>& into) {
  constexpr double share_saved = 7.0 / 8;
  const Observations local = select(data, "memory.latency", "footprint", [](const Observation& o) {
    return o.measurement->point.has("order") && o.measurement->point.has("pages") && is(o, "placement", "local");
  });
  for (const std::string& pages : words_of(local, "pages")) {
    const Observation* longer = nullptr;
    const Observation* shorter = nullptr;
    for (const Observation& windows : local) {
      if (windows.word("order") != "window" || windows.word("pages") != pages) continue;
      for (const Observation& random : local) {
        if (random.word("order") != "random" || random.word("pages") != pages ||
            random.number("footprint") != windows.number("footprint")) {
          continue;
        }
        longer = &random;
        shorter = &windows;
      }
    }
    if (!longer) continue;
    into.push_back(fitted("memory.latency.translation", (longer->value - shorter->value) / share_saved, Unit::second,
                          at(*longer, {"footprint", "pages"}),
                          "random order less windows of 2 MiB: translation, and what prefetchers find in a window"));
  }
}

std::string bytes(double value) { return results::format(value, Unit::byte); }

}  // namespace

Observations latency_curve(const Observations& data) { return select(data, "memory.latency", "footprint", usual); }

void fit_levels(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations curve = latency_curve(data);
  for (const Observation& point : curve) {
    into.push_back(measured("memory.latency", point.value, Unit::second, at(point, {"footprint"})));
  }
  for (const Observation& point : select(data, "memory.latency", "footprint")) {
    if (usual(point)) continue;
    into.push_back(
        measured("memory.latency", point.value, Unit::second, at(point, {"footprint", "pages", "placement", "order"})));
  }
  for (std::size_t k = 0; k < structure.latency_levels.size() && !curve.empty(); ++k) {
    const auto [begin, end] = structure.latency_levels[k];
    double logs = 0;
    for (std::size_t i = begin; i < end; ++i) logs += std::log(curve[i].value);
    into.push_back(
        fitted(fmt::format("memory.latency.level{}", k + 1), std::exp(logs / double(end - begin)), Unit::second,
               fmt::format("footprint={}..{}", curve[begin].number("footprint"), curve[end - 1].number("footprint")),
               "a plateau of the latency curve, not a cache the system claims"));
  }
  if (!curve.empty()) {
    into.push_back(measured("memory.latency.dram", curve.back().value, Unit::second, {},
                            "the largest footprint is outside every cache"));
  }
  fit_translation(data, into);
}

void add_capacities(const results::Run& run, const Observations& data, const Structure& structure,
                    std::vector<Parameter>& into) {
  const Observations curve = latency_curve(data);
  const auto claims = results::claimed_caches(run.topology_xml);
  for (std::size_t k = 0; k + 1 < structure.latency_levels.size(); ++k) {
    const double low = curve[structure.latency_levels[k].end - 1].number("footprint");
    const double high = curve[structure.latency_levels[k + 1].begin].number("footprint");
    std::string said = fmt::format("measured: holds {}, no longer {}", bytes(low), bytes(high));
    const double claim = k < claims.size() ? claims[k] : results::not_available;
    if (!std::isnan(claim)) {
      said += fmt::format("; the system claims {} for L{}, {}", bytes(claim), k + 1,
                          claim >= low && claim <= high ? "which agrees" : "which does not agree");
    }
    Parameter capacity =
        fitted(fmt::format("memory.latency.level{}.capacity", k + 1), std::sqrt(low * high), Unit::byte, {}, said);
    capacity.estimate.low = low;
    capacity.estimate.high = high;
    into.push_back(std::move(capacity));
  }
}

}  // namespace sextant::analysis
