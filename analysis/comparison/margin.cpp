// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison/margin.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "results/statistics/random.hpp"

namespace sextant::analysis {
namespace {

constexpr int splits = 100;  // at least 20 are asked for

}  // namespace

Margin margin_from_halves(const results::Units& a, const results::Units& b) {
  std::vector<double> apart = results::halves_apart(a, splits);
  const std::vector<double> others = results::halves_apart(b, splits);
  apart.insert(apart.end(), others.begin(), others.end());
  return {results::margin_of(apart),
          apart.empty() ? "the least one: there are too few launches to split" : "halves of each side's own launches"};
}

Margin margin_from_pairs(std::span<const double> ratios) {
  results::Units units;
  for (const double ratio : ratios) units.push_back({ratio});
  std::vector<double> apart = results::halves_apart(units, splits);
  // Scaled as the difference of two whole sets of pairs; but the figure that is judged is of one.
  for (double& difference : apart) difference /= std::sqrt(2.0);
  return {results::margin_of(apart),
          apart.empty() ? "the least one: there are too few pairs to split" : "halves of the pairs"};
}

Margin margin_from_same_pairs(std::span<const double> ratios, std::size_t pairs, std::uint64_t seed) {
  constexpr int comparisons = 1000;
  results::Random random(seed);
  std::vector<double> medians;
  std::vector<double> drawn(pairs);
  for (int i = 0; i < comparisons; ++i) {
    for (double& log_ratio : drawn) {
      log_ratio = std::log(ratios[random.below(std::uint32_t(ratios.size()))]);
      if (random.below(2)) log_ratio = -log_ratio;  // which of the two was called B is a matter of naming
    }
    std::sort(drawn.begin(), drawn.end());
    medians.push_back(std::abs(results::median(drawn)));
  }
  return {results::margin_of(medians), "A run against A"};
}

}  // namespace sextant::analysis
