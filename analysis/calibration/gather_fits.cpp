// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/gather_fits.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {

using results::not_available;
using results::Unit;

namespace {

// Seconds that one chain of the fewest threads waits for one of the smallest granules. NaN where one chain was not measured.
double latency_alone(const Observations& all) {
  const Observations alone =
      select(all, "memory.gather", "granularity", [](const auto& o) { return o.number("chains") == 1; });
  if (alone.empty()) return not_available;
  const Observation* best = nullptr;
  for (const Observation& point : alone) {
    if (point.number("granularity") != alone.front().number("granularity")) break;
    if (!best || point.number("threads") < best->number("threads")) best = &point;
  }
  return best->number("granularity") * best->number("threads") / best->value;
}

void fit_curve(const Observations& curve, double latency, std::vector<Parameter>& into) {
  const Observation& most = curve.back();
  const std::string validity = at(most, {"granularity", "threads"});
  if (!std::isnan(latency)) {
    into.push_back(fitted("memory.gather.concurrency", most.value * latency, Unit::byte, validity,
                          "bytes under way by Little's law: bandwidth with the most chains x latency of a line alone"));
  }
  const auto enough =
      std::find_if(curve.begin(), curve.end(), [&](const Observation& o) { return o.value >= 0.9 * most.value; });
  into.push_back(fitted("memory.gather.saturation", enough->number("chains"), Unit::one, validity,
                        "the fewest chains a thread that reach 90 % of the bandwidth of the most that were measured"));
}

}  // namespace

void fit_gather(const Observations& data, std::vector<Parameter>& into) {
  const Observations every = select(data, "memory.gather", "footprint");
  for (const Observation& point : every) {
    into.push_back(measured("memory.gather.bandwidth", point.value, Unit::byte_per_second,
                            at(point, {"granularity", "chains", "threads", "footprint"})));
  }
  if (every.empty()) return;
  const double largest = every.back().number("footprint");
  const Observations all =
      select(every, "memory.gather", "chains", [&](const auto& o) { return o.number("footprint") == largest; });
  const double latency = latency_alone(all);
  if (!std::isnan(latency)) {
    into.push_back(measured("memory.gather.latency", latency, Unit::second, {},
                            "one chain a thread, the smallest granules, the fewest threads"));
  }
  for (const double granularity : values_of(all, "granularity")) {
    for (const double threads : values_of(all, "threads")) {
      const Observations curve = select(all, "memory.gather", "chains", [&](const auto& o) {
        return o.number("granularity") == granularity && o.number("threads") == threads;
      });
      if (curve.size() > 1) fit_curve(curve, latency, into);
    }
  }
}

}  // namespace sextant::analysis
