// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison/units.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "results/record/summary.hpp"

namespace sextant::analysis {

using results::Measurement;
using results::Status;

Independent independent_units(const Measurement& measurement) {
  Independent found;
  if (measurement.status == Status::failed || measurement.status == Status::skipped) {
    found.refused = std::string(results::name(measurement.status)) + ": " + measurement.reason;
    return found;
  }
  found.units = results::launches_of(measurement);
  for (const auto& launch : found.units) {
    found.samples += int(launch.size());
    if (!std::all_of(launch.begin(), launch.end(), [](double cost) { return cost > 0 && std::isfinite(cost); })) {
      found.refused = "has a sample without work or without time: measure this point again";
      return found;
    }
  }
  if (found.units.size() == 1 && measurement.flags.imported) {
    found.repetitions = true;
    const std::vector<double> costs = std::move(found.units.front());
    found.units.clear();
    for (const double cost : costs) found.units.push_back({cost});
  }
  if (found.samples == 0) {
    found.refused = "has no measured sample: finish its run";
  } else if (found.units.size() == 1) {
    found.refused = found.repetitions ? "has a single repetition: run it with --benchmark_repetitions=10"
                                      : "has a single launch, and what differs from launch to launch cannot be told: "
                                        "measure it without cutting the run short";
  }
  return found;
}

}  // namespace sextant::analysis
