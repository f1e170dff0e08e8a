// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/observation.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "results/record/summary.hpp"

namespace sextant::analysis {

using results::Measurement;
using results::Sample;

Observations select(const Observations& all, std::string_view probe, std::string_view axis,
                    const std::function<bool(const Observation&)>& wanted) {
  Observations chosen;
  // Each goes behind its equals. std::stable_sort would do, but GCC 12's is deprecated inside, which clang reports.
  const auto before = [&](const Observation& a, const Observation& b) { return a.number(axis) < b.number(axis); };
  for (const Observation& observation : all) {
    if (observation.measurement->probe != probe || (wanted && !wanted(observation))) continue;
    chosen.insert(std::upper_bound(chosen.begin(), chosen.end(), observation, before), observation);
  }
  return chosen;
}

std::vector<double> values_of(const Observations& all, std::string_view axis) {
  std::set<double> values;
  for (const Observation& observation : all) values.insert(observation.number(axis));
  return {values.begin(), values.end()};
}

std::vector<std::string> words_of(const Observations& all, std::string_view axis) {
  std::set<std::string> words;
  for (const Observation& observation : all) words.insert(observation.word(axis));
  return {words.begin(), words.end()};
}

namespace {

bool counts(const Sample& sample) { return sample.stage == results::Stage::measure; }

double median_of(std::vector<double>& costs, const Measurement& measurement) {
  std::sort(costs.begin(), costs.end());
  return results::from_cost(measurement.quantity, results::median(costs));
}

}  // namespace

Observations medians(const std::vector<const Measurement*>& measurements) {
  Observations all;
  for (const Measurement* measurement : measurements) {
    std::vector<double> costs;
    for (const Sample& sample : measurement->samples) {
      if (counts(sample)) costs.push_back(results::cost_of(measurement->quantity, sample));
    }
    all.push_back({measurement, median_of(costs, *measurement)});
  }
  return all;
}

Observations resample(const std::vector<const Measurement*>& measurements, std::mt19937_64& random) {
  Observations all;
  std::vector<double> costs;
  for (const Measurement* measurement : measurements) {
    std::map<int, std::vector<double>> by_launch;
    for (const Sample& sample : measurement->samples) {
      if (counts(sample)) by_launch[sample.launch].push_back(results::cost_of(measurement->quantity, sample));
    }
    std::vector<const std::vector<double>*> launches;
    for (const auto& [launch, values] : by_launch) launches.push_back(&values);
    costs.clear();
    for (std::size_t i = 0; i < launches.size(); ++i) {
      const std::vector<double>& launch = *launches[random() % launches.size()];
      for (std::size_t j = 0; j < launch.size(); ++j) costs.push_back(launch[random() % launch.size()]);
    }
    all.push_back({measurement, median_of(costs, *measurement)});
  }
  return all;
}

}  // namespace sextant::analysis
