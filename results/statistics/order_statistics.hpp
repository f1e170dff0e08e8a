// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Quantiles without any assumption about the distribution.
namespace sextant::results {

// Linear interpolation between order statistics at (n-1)q (the common "type 7"). `sorted` ascending, not empty.
double quantile(std::span<const double> sorted, double q);
double median(std::span<const double> sorted);
// The same median of values in any order, in linear time.
double median_of(std::vector<double> values);

// One-based ranks (l, u) of the 95 % interval of a quantile by order statistics (statistics.md section 5), from the
// exact binomial distribution of the number of samples below the quantile: at most 2.5 % lies outside on either side.
// The normal approximation printed beside the table there, floor(nq - z sqrt(nq(1-q))), gives (0, 7) for n = 6 and (1,
// 10) for n = 10 where the exact ranks are (1, 6) and (2, 9). Empty when the sample is too small (n <= 5 for the
// median).
struct Ranks {
  int low, high;
  friend bool operator==(const Ranks&, const Ranks&) = default;
};
std::optional<Ranks> interval_ranks(int n, double q);

// Costs, one list for each independent unit of replication: a process launch.
using Units = std::vector<std::vector<double>>;

// The values of all units together, ascending, each with its unit, and what lets a rank be found without walking
// through all of them.
struct Pool {
  std::vector<double> values;
  std::vector<std::uint32_t> owners;  // unit of each value
  std::vector<std::uint32_t> sizes;   // values of each unit
  std::vector<std::uint32_t> counts;  // row r: how many values of each unit lie before place r * stride
  std::size_t stride = 1;
};
Pool pool(Units units);

// The median of all values in which those of unit i count weights[i] times; its own one when all weigh 1. A bisection
// among the rows and a walk of at most two strides, so that ten million samples can be resampled as well as ten. A unit
// with a weight above zero must hold a value.
double weighted_median(const Pool& pool, std::span<const std::uint32_t> weights);

}  // namespace sextant::results
