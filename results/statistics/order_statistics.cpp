// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/order_statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <stdexcept>

namespace sextant::results {
namespace {

// Largest rank l with P(fewer than l of n samples lie below the quantile) <= 2.5 %; 0 when there is none.
int lower_rank(int n, double q) {
  const boost::math::binomial below(n, q);
  int rank =
      static_cast<int>(n * q - 1.96 * std::sqrt(n * q * (1 - q)));  // the normal approximation is near: step from it
  rank = std::clamp(rank, 0, n);
  const auto holds = [&](int candidate) { return candidate == 0 || boost::math::cdf(below, candidate - 1) <= 0.025; };
  while (rank > 0 && !holds(rank)) --rank;
  while (rank < n && holds(rank + 1)) ++rank;
  return rank;
}

// The value of one-based rank `rank` among all values, each counted as often as its unit weighs.
double weighted_rank(const Pool& pool, std::span<const std::uint32_t> weights, std::uint64_t rank) {
  const auto values_up_to = [&](double value) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < pool.units.size(); ++i) {
      const auto& unit = pool.units[i];
      if (weights[i] > 0)
        count += weights[i] * std::uint64_t(std::upper_bound(unit.begin(), unit.end(), value) - unit.begin());
    }
    return count;
  };
  return *std::partition_point(pool.values.begin(), pool.values.end(),
                               [&](double value) { return values_up_to(value) < rank; });
}

}  // namespace

double quantile(std::span<const double> sorted, double q) {
  if (sorted.empty()) throw std::invalid_argument("a quantile of no samples");
  const double position = static_cast<double>(sorted.size() - 1) * std::clamp(q, 0.0, 1.0);
  const auto below = static_cast<std::size_t>(position);
  const double share = position - static_cast<double>(below);
  if (share == 0) return sorted[below];  // also keeps an infinite neighbour out
  return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

double median(std::span<const double> sorted) { return quantile(sorted, 0.5); }

double median_of(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("a median of no samples");
  const auto upper = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), upper, values.end());
  if (values.size() % 2 == 1) return *upper;
  const double lower = *std::max_element(values.begin(), upper);
  return lower + 0.5 * (*upper - lower);
}

std::optional<Ranks> interval_ranks(int n, double q) {
  if (n < 1 || !(q > 0 && q < 1)) return std::nullopt;
  const int low = lower_rank(n, q);
  const int high = n + 1 - lower_rank(n, 1 - q);  // the same tail, seen from above
  if (low < 1 || high > n) return std::nullopt;
  return Ranks{low, high};
}

Pool pool(Units units) {
  Pool pooled;
  std::size_t size = 0;
  for (const auto& unit : units) size += unit.size();
  pooled.values.reserve(size);
  for (auto& unit : units) {
    std::sort(unit.begin(), unit.end());
    pooled.values.insert(pooled.values.end(), unit.begin(), unit.end());
  }
  if (units.size() > 1) std::sort(pooled.values.begin(), pooled.values.end());
  pooled.units = std::move(units);
  return pooled;
}

double weighted_median(const Pool& pool, std::span<const std::uint32_t> weights) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < pool.units.size(); ++i) total += weights[i] * std::uint64_t(pool.units[i].size());
  if (total == 0) throw std::invalid_argument("a median of no samples");
  const double lower = weighted_rank(pool, weights, (total + 1) / 2);
  if (total % 2 == 1) return lower;
  const double upper = weighted_rank(pool, weights, total / 2 + 1);
  return lower + 0.5 * (upper - lower);
}

}  // namespace sextant::results
