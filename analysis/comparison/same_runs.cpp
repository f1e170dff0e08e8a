// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison/same_runs.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

#include "analysis/comparison/units.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

constexpr std::size_t least_pairs = 20;

// Median costs of every point of a probe that can be compared, one a run.
std::map<std::string, std::vector<double>> medians_by_point(const std::vector<Named>& runs, const std::string& probe) {
  std::map<std::string, std::vector<double>> medians;
  for (const Named& named : runs) {
    for (const results::Measurement& measurement : named.run.measurements) {
      if (measurement.probe != probe) continue;
      Independent side = independent_units(measurement);
      if (side.refused.empty()) {
        medians[results::to_text(measurement.point)].push_back(
            results::median(results::pool(std::move(side.units)).values));
      }
    }
  }
  return medians;
}

}  // namespace

Margin margin_from_same_runs(const std::vector<Named>& runs, const std::string& probe) {
  std::vector<double> differences;
  for (const auto& [point, medians] : medians_by_point(runs, probe)) {
    for (std::size_t i = 0; i < medians.size(); ++i) {
      for (std::size_t j = i + 1; j < medians.size(); ++j)
        differences.push_back(std::abs(std::log(medians[j] / medians[i])));
    }
  }
  if (differences.size() < least_pairs) {
    throw results::InvalidInput(
        fmt::format("--same: {} has {} pairs of equal points in {} runs, and {} are needed to know what is the same: "
                    "give more runs, or --margin",
                    probe, differences.size(), runs.size(), least_pairs));
  }
  return {results::margin_of(differences),
          fmt::format("{} pairs of {} runs known to be alike", differences.size(), runs.size())};
}

}  // namespace sextant::analysis
