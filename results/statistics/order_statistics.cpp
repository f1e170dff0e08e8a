// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/order_statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

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

// Walks up the pool, each value counted as often as its unit weighs.
class WeightedWalk {
 public:
  WeightedWalk(const Pool& pool, std::span<const std::uint32_t> weights) : pool_(pool), weights_(weights) {}

  // The value of one-based rank `rank`; ranks asked for must not fall.
  double value_of(std::uint64_t rank) {
    if (place_ == 0) start_below(rank);
    while (up_to_ < rank) up_to_ += weights_[pool_.owners[place_++]];
    return pool_.values[place_ - 1];
  }

 private:
  // Goes to the last row before which fewer than `rank` values lie.
  void start_below(std::uint64_t rank) {
    std::size_t low = 0, high = pool_.counts.size() / weights_.size();
    while (high - low > 1) {
      const std::size_t middle = (low + high) / 2;
      (before(middle) < rank ? low : high) = middle;
    }
    place_ = low * pool_.stride;
    up_to_ = before(low);
  }

  std::uint64_t before(std::size_t row) const {
    const std::uint32_t* counts = &pool_.counts[row * weights_.size()];
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) sum += std::uint64_t(weights_[i]) * counts[i];
    return sum;
  }

  const Pool& pool_;
  std::span<const std::uint32_t> weights_;
  std::size_t place_ = 0;    // of the next value
  std::uint64_t up_to_ = 0;  // weight of those before it
};

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
  for (const auto& unit : units) {
    pooled.sizes.push_back(std::uint32_t(unit.size()));
    size += unit.size();
  }
  if (units.size() == 1) {  // as long as they come, and nothing to tell apart
    pooled.values = std::move(units[0]);
    std::sort(pooled.values.begin(), pooled.values.end());
    pooled.owners.assign(size, 0);
  } else {
    std::vector<std::pair<double, std::uint32_t>> owned;
    owned.reserve(size);
    for (std::size_t i = 0; i < units.size(); ++i) {
      for (const double value : std::exchange(units[i], {})) owned.emplace_back(value, std::uint32_t(i));
    }
    std::sort(owned.begin(), owned.end());
    pooled.values.reserve(size);
    pooled.owners.reserve(size);
    for (const auto& [value, owner] : owned) {
      pooled.values.push_back(value);
      pooled.owners.push_back(owner);
    }
  }
  // A row costs one addition a unit, as a place of the walk does.
  pooled.stride = std::max<std::size_t>(64, 4 * units.size());
  std::vector<std::uint32_t> counts(units.size(), 0);
  for (std::size_t place = 0; place < size; ++place) {
    if (place % pooled.stride == 0) pooled.counts.insert(pooled.counts.end(), counts.begin(), counts.end());
    ++counts[pooled.owners[place]];
  }
  return pooled;
}

double weighted_median(const Pool& pool, std::span<const std::uint32_t> weights) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < pool.sizes.size(); ++i) total += std::uint64_t(weights[i]) * pool.sizes[i];
  if (total == 0) throw std::invalid_argument("a median of no samples");
  WeightedWalk walk(pool, weights);
  const double lower = walk.value_of((total + 1) / 2);
  if (total % 2 == 1) return lower;
  return lower + 0.5 * (walk.value_of(total / 2 + 1) - lower);
}

}  // namespace sextant::results
