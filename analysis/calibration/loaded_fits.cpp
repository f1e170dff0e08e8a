// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/loaded_fits.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {

using results::not_available;
using results::Unit;

namespace {

// The latency counts as risen when it is so many times that of idle memory.
constexpr double risen = 1.5;

struct Load {
  double bandwidth, latency;
};

// Where the line between two neighbouring points first reaches `latency`; NaN where none does.
double bandwidth_at(const std::vector<Load>& curve, double latency) {
  for (std::size_t i = 1; i < curve.size(); ++i) {
    if (curve[i].latency < latency) continue;
    const double share = (latency - curve[i - 1].latency) / (curve[i].latency - curve[i - 1].latency);
    return curve[i - 1].bandwidth + share * (curve[i].bandwidth - curve[i - 1].bandwidth);
  }
  return not_available;
}

void fit_knee(const std::vector<Load>& curve, const std::string& validity, std::vector<Parameter>& into) {
  const double fastest = curve.back().bandwidth, knee = bandwidth_at(curve, risen * curve.front().latency);
  const std::string said = "injected bandwidth at which a load takes 1.5 times that of idle memory";
  Parameter bandwidth = fitted("memory.loaded_latency.knee", knee, Unit::byte_per_second, validity, said);
  Parameter share = fitted("memory.loaded_latency.knee.utilisation", knee / fastest, Unit::one, validity,
                           said + ", over that at the fastest rate");
  if (std::isnan(knee)) {
    bandwidth.refused = share.refused = "not identified: the other cores cannot make a load take 1.5 times as long";
  }
  into.push_back(std::move(bandwidth));
  into.push_back(std::move(share));
}

}  // namespace

void fit_loaded_latency(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations all = select(data, "memory.loaded_latency", "load");
  for (const Observation& point : all) {
    into.push_back(measured("memory.loaded_latency", point.value, Unit::second, at(point, {"traffic", "load"})));
  }
  for (const std::string& traffic : words_of(all, "traffic")) {
    const Observations points =
        select(all, "memory.loaded_latency", "load", [&](const auto& o) { return o.word("traffic") == traffic; });
    if (points.size() < 2 || points.front().number("load") != 0) continue;
    const std::string validity = "traffic=" + traffic;
    into.push_back(measured("memory.loaded_latency.unloaded", points.front().value, Unit::second, validity));
    into.push_back(measured("memory.loaded_latency.full", points.back().value, Unit::second, validity,
                            "the fastest rate that was measured"));
    std::vector<Load> curve;
    for (const Observation& point : points) {
      // What was really injected is counted, and not drawn anew.
      curve.push_back({structure.extras.of(point.measurement, "injected_bandwidth"), point.value});
    }
    if (std::any_of(curve.begin(), curve.end(), [](const Load& load) { return std::isnan(load.bandwidth); })) continue;
    into.push_back(measured("memory.loaded_latency.injected", curve.back().bandwidth, Unit::byte_per_second, validity,
                            "what the other cores moved at their fastest"));
    fit_knee(curve, validity, into);
  }
}

}  // namespace sextant::analysis
