// SPDX-License-Identifier: Apache-2.0
#include "results/record/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <set>
#include <stdexcept>

namespace sextant::results {
namespace {

constexpr int resolved_tail = 59;  // least n with 1 - 0.95^n >= 0.95: then one sample lies beyond P95 (statistics.md 4)

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

int count_outliers(const std::vector<double>& sorted) {
  const double centre = median(sorted);
  std::vector<double> distance;
  distance.reserve(sorted.size());
  for (const double x : sorted) distance.push_back(std::abs(x - centre));
  std::vector<double> ordered = distance;
  std::sort(ordered.begin(), ordered.end());
  const double spread = median(ordered);
  // Iglewicz and Hoaglin's modified z-score, multiplied out so that a spread of zero needs no case of its own.
  return static_cast<int>(
      std::count_if(distance.begin(), distance.end(), [&](double d) { return 0.6745 * d > 3.5 * spread; }));
}

// A number that a file can hold: what overflows is not available.
double finite(double value) { return std::isfinite(value) ? value : not_available; }

void describe(const Quantity& quantity, const std::vector<double>& costs, Summary& summary) {
  const int n = summary.n;
  const bool rate = quantity.unit == Unit::byte_per_second || quantity.unit == Unit::per_second ||
                    quantity.unit == Unit::flop_per_second;
  const auto converted = [&](double cost) { return finite(from_cost(quantity, cost)); };
  const double typical = median(costs);
  const double fast = quantile(costs, 0.05);
  summary.median = converted(typical);
  if (const auto ranks = interval_ranks(n, 0.5)) {
    const double quick = converted(costs[static_cast<std::size_t>(ranks->low - 1)]);
    const double slow = converted(costs[static_cast<std::size_t>(ranks->high - 1)]);
    summary.low = rate ? slow : quick;
    summary.high = rate ? quick : slow;
  }
  if (n >= resolved_tail) {
    const double quick = converted(fast);
    const double slow = converted(quantile(costs, 0.95));
    summary.p5 = rate ? slow : quick;
    summary.p95 = rate ? quick : slow;
  }
  summary.uncontended = converted(fast);
  if (fast > 0) summary.contention = finite(typical / fast - 1);
  summary.outliers = count_outliers(costs);
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

std::optional<Ranks> interval_ranks(int n, double q) {
  if (n < 1 || !(q > 0 && q < 1)) return std::nullopt;
  const int low = lower_rank(n, q);
  const int high = n + 1 - lower_rank(n, 1 - q);  // the same tail, seen from above
  if (low < 1 || high > n) return std::nullopt;
  return Ranks{low, high};
}

Summary summarise(const Measurement& measurement) {
  Summary summary;
  std::set<int> launches;
  std::vector<double> costs;
  std::vector<double> seconds;
  for (const Sample& sample : measurement.samples) {
    if (sample.stage != Stage::measure) continue;
    launches.insert(sample.launch);
    costs.push_back(cost_of(measurement.quantity, sample));
    seconds.push_back(sample.seconds);
  }
  summary.n = static_cast<int>(costs.size());
  summary.launches = static_cast<int>(launches.size());
  // Summed in ascending order, so that the figure does not depend on the order of the rows.
  std::sort(seconds.begin(), seconds.end());
  for (const double s : seconds) summary.measured_seconds += s;
  // A sample without work has no cost. To leave it out would be to choose among samples, so nothing is told.
  if (costs.empty() || !std::all_of(costs.begin(), costs.end(), [](double c) { return std::isfinite(c); }))
    return summary;
  std::sort(costs.begin(), costs.end());
  describe(measurement.quantity, costs, summary);
  return summary;
}

}  // namespace sextant::results
