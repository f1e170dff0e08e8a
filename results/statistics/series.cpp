// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/series.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "results/statistics/interval.hpp"
#include "results/statistics/random.hpp"

namespace sextant::results {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> log_medians(const Units& units) {
  std::vector<double> medians;
  for (const auto& unit : units) {
    if (!unit.empty()) medians.push_back(std::log(median_of(unit)));
  }
  return medians;
}

// Many medians in time order as at most `most`: neighbours together. Permuting hundreds would take longer and see no
// more.
std::vector<double> thinned(const std::vector<double>& medians, std::size_t most) {
  if (medians.size() <= most) return medians;
  std::vector<double> fewer;
  for (const auto& group : stretches(medians, int(most))) {
    fewer.push_back(std::accumulate(group.begin(), group.end(), 0.0) / double(group.size()));
  }
  return fewer;
}

// Standard deviation of the samples within their units, from the median absolute residual. A unit of n values has bent
// its median towards them: sqrt(n/(n-1)).
double spread_within(const Units& units) {
  std::vector<double> distances;
  std::size_t size = 0;
  for (const auto& unit : units) size += unit.size();
  distances.reserve(size);
  for (const auto& unit : units) {
    if (unit.size() < 2) continue;
    const double centre = std::log(median_of(unit));
    const double bent = std::sqrt(double(unit.size()) / double(unit.size() - 1));
    for (const double value : unit) distances.push_back(bent * std::abs(std::log(value) - centre));
  }
  return distances.empty() ? nan : 1.4826 * median_of(std::move(distances));
}

// Average ranks, ties shared, centred on zero.
std::vector<double> centred_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t j = i; j < end; ++j) ranks[order[j]] = (double(i) + double(end) - double(values.size())) / 2;
    i = end;
  }
  return ranks;
}

// Of the cumulative sums, each over the standard deviation it has in random order: otherwise a step near an end counts
// for less than one in the middle.
double largest_sum(const std::vector<double>& ranks) {
  double sum = 0, largest = 0;
  for (std::size_t i = 1; i < ranks.size(); ++i) {
    sum += ranks[i - 1];
    largest = std::max(largest, std::abs(sum) / std::sqrt(double(i) * double(ranks.size() - i)));
  }
  return largest;
}

double kendall(const std::vector<double>& ranks) {
  double concordant = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    for (std::size_t j = i + 1; j < ranks.size(); ++j) concordant += (ranks[j] > ranks[i]) - (ranks[j] < ranks[i]);
  }
  return std::abs(concordant);
}

// Mann-Whitney's U of the first against the last third of a series, less its expectation, and its variance under no
// drift.
void add_thirds(const std::vector<double>& unit, double& excess, double& variance) {
  const std::size_t third = unit.size() / 3;
  if (third < 2) return;
  std::vector<double> both(unit.begin(), unit.begin() + std::ptrdiff_t(third));
  both.insert(both.end(), unit.end() - std::ptrdiff_t(third), unit.end());
  const std::vector<double> ranks = centred_ranks(both);
  double squares = 0;
  for (std::size_t i = 0; i < third; ++i) excess += ranks[i];
  for (const double rank : ranks) squares += rank * rank;
  const double n = double(both.size());
  variance += squares * double(third) * double(third) / (n * (n - 1));  // exact with ties too
}

}  // namespace

Units residuals(const Units& in_time_order) {
  const double spread = spread_within(in_time_order);
  Units all;
  for (const auto& unit : in_time_order) {
    std::vector<double> rest;
    rest.reserve(unit.size());
    const double centre = unit.empty() ? 0 : std::log(median_of(unit));
    for (const double value : unit) rest.push_back(std::clamp(std::log(value) - centre, -3 * spread, 3 * spread));
    all.push_back(std::move(rest));
  }
  return all;
}

double autocorrelation(const Units& residuals) {
  double products = 0, squares = 0;
  bool enough = false;
  for (const auto& unit : residuals) {
    if (unit.size() < 3) continue;
    enough = true;
    const double mean = std::accumulate(unit.begin(), unit.end(), 0.0) / double(unit.size());
    for (std::size_t i = 0; i < unit.size(); ++i) squares += (unit[i] - mean) * (unit[i] - mean);
    for (std::size_t i = 1; i < unit.size(); ++i) products += (unit[i] - mean) * (unit[i - 1] - mean);
  }
  return enough && squares > 0 ? products / squares : nan;
}

double unit_share(const Units& in_time_order) {
  const std::vector<double> medians = log_medians(in_time_order);
  const double spread = spread_within(in_time_order);
  if (medians.size() < 3 || std::isnan(spread)) return nan;
  const double mean = std::accumulate(medians.begin(), medians.end(), 0.0) / double(medians.size());
  double seen = 0;
  for (const double m : medians) seen += (m - mean) * (m - mean) / double(medians.size() - 1);
  // A median of n independent normal values has pi/2 of the variance of their mean; of one or two it is the mean.
  double expected = 0;
  for (const auto& unit : in_time_order) {
    if (unit.empty()) continue;
    const double efficiency = unit.size() <= 2 ? 1 : std::numbers::pi / 2;
    expected += efficiency * spread * spread / double(unit.size()) / double(medians.size());
  }
  return seen > expected ? 1 - expected / seen : 0;
}

double Drift::p() const { return std::min(1.0, 3 * std::min({within, trend, change})); }

Drift drift(const Units& in_time_order) {
  Drift found;
  double excess = 0, variance = 0;
  for (const auto& unit : in_time_order) add_thirds(unit, excess, variance);
  if (variance > 0) {
    const double rho = autocorrelation(residuals(in_time_order));
    if (rho > 0) variance *= (1 + std::min(rho, 0.95)) / (1 - std::min(rho, 0.95));
    const double z = std::abs(excess) / std::sqrt(variance);
    found.within = 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), z));
  }
  std::vector<double> ranks = centred_ranks(thinned(log_medians(in_time_order), 40));
  constexpr std::size_t least_units = 6;  // 5! orders of five units: the rarest is no rarer than 1.7 %
  if (ranks.size() < least_units) return found;
  const double trend = kendall(ranks), sum = largest_sum(ranks);
  constexpr int permutations = 2000;
  int as_trending = 1, as_stepped = 1;  // the order seen is one of them
  Random random(2);
  for (int p = 0; p < permutations; ++p) {
    for (std::size_t i = ranks.size(); i > 1; --i) std::swap(ranks[i - 1], ranks[random.below(std::uint32_t(i))]);
    as_trending += kendall(ranks) >= trend;
    as_stepped += largest_sum(ranks) >= sum * (1 - 1e-12);
  }
  found.trend = double(as_trending) / (permutations + 1);
  found.change = double(as_stepped) / (permutations + 1);
  return found;
}

}  // namespace sextant::results
