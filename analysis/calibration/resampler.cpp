// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/resampler.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "results/record/summary.hpp"
#include "results/statistics/interval.hpp"

namespace sextant::analysis {

using results::Measurement;

namespace {

constexpr int tenths = 10;

// Launch numbers of the measured samples, in the order results::launches_of gives the launches.
std::vector<int> launch_numbers(const Measurement& measurement) {
  std::vector<int> numbers;
  for (const results::Sample* sample : results::in_time_order(measurement)) {
    if (std::find(numbers.begin(), numbers.end(), sample->launch) == numbers.end()) numbers.push_back(sample->launch);
  }
  return numbers;
}

// The factor on a logarithm after which its middle 95 % are those of Student's distribution around k units.
double stretch_of(std::size_t units) {
  if (units < 2) return 0;  // one value says nothing about its spread
  const double error = std::sqrt(double(units) / double(units - 1));
  constexpr double normal = 1.959964;  // a middle 95 % of a normal distribution reaches so many standard errors
  return std::log(results::interval_factor(error, double(units - 1))) / normal;
}

}  // namespace

Resampler::Resampler(const std::vector<Together>& groups) {
  for (const Together& together : groups) {
    std::set<int> launches;
    for (const Measurement* measurement : together) {
      for (const int launch : launch_numbers(*measurement)) launches.insert(launch);
    }
    const std::vector<int> numbers(launches.begin(), launches.end());
    Group group{std::uint32_t(numbers.size()), {}};
    for (const Measurement* measurement : together) group.series.push_back(series_of(*measurement, numbers));
    groups_.push_back(std::move(group));
  }
}

Resampler::Series Resampler::series_of(const Measurement& measurement, const std::vector<int>& launches) {
  Series series{&measurement, {}, {}, 0, 0};
  results::Units units = results::launches_of(measurement);
  if (units.size() == 1) {
    units = results::stretches(units[0], std::min(tenths, int(units[0].size())));
    series.launches.assign(units.size(), -1);
  } else {
    for (const int launch : launch_numbers(measurement)) {
      series.launches.push_back(int(std::find(launches.begin(), launches.end(), launch) - launches.begin()));
    }
  }
  series.stretch = stretch_of(units.size());
  series.pool = results::pool(std::move(units));
  series.centre = results::median(series.pool.values);
  return series;
}

Observations Resampler::draw(std::mt19937_64& random) const {
  Observations all;
  for (const Group& group : groups_) {
    std::vector<std::uint32_t> drawn(group.launches, 0);
    for (std::uint32_t i = 0; i < group.launches; ++i) ++drawn[random() % group.launches];
    for (const Series& series : group.series) {
      const std::size_t count = series.launches.size();
      std::vector<std::uint32_t> weights(count, 0);
      for (std::size_t i = 0; i < count; ++i) {
        if (series.launches[i] >= 0)
          weights[i] = drawn[std::size_t(series.launches[i])];
        else
          ++weights[random() % count];
      }
      // None of its launches was drawn, where others of the group have many more: it stays as it is.
      const bool none = std::all_of(weights.begin(), weights.end(), [](std::uint32_t w) { return w == 0; });
      const double cost = none ? series.centre : results::weighted_median(series.pool, weights);
      const double stretched = series.centre * std::pow(cost / series.centre, series.stretch);
      all.push_back({series.measurement, results::from_cost(series.measurement->quantity, stretched)});
    }
  }
  return all;
}

}  // namespace sextant::analysis
