// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/comparison.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "results/statistics/interval.hpp"
#include "results/statistics/random.hpp"

namespace sextant::results {
namespace {

Ratio with_interval(double ratio, double error, double freedom, std::size_t units_a, std::size_t units_b) {
  Ratio found{
      .ratio = ratio, .standard_error = error, .freedom = freedom, .units_a = int(units_a), .units_b = int(units_b)};
  const double factor = interval_factor(error, freedom);
  found.low = ratio / factor;
  found.high = ratio * factor;
  const double effect = std::abs(std::log(ratio));
  if (error > 0) {
    found.p = 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), effect / error));
  } else {
    found.p = effect > 0 ? 0 : 1;
  }
  return found;
}

}  // namespace

Ratio ratio_of_medians(const Units& a, const Units& b) {
  if (a.size() < 2 || b.size() < 2) throw std::invalid_argument("a comparison needs two launches of each side");
  const Pool pool_a = pool(a), pool_b = pool(b);
  const double error_a = log_standard_error(pool_a), error_b = log_standard_error(pool_b);
  const double va = error_a * error_a, vb = error_b * error_b;
  // Welch and Satterthwaite: between the smaller side's degrees of freedom and the sum of both.
  const double least = double(std::min(a.size(), b.size()) - 1);
  const double freedom =
      va + vb > 0 ? (va + vb) * (va + vb) / (va * va / double(a.size() - 1) + vb * vb / double(b.size() - 1)) : least;
  return with_interval(median(pool_b.values) / median(pool_a.values), std::sqrt(va + vb), freedom, a.size(), b.size());
}

Ratio ratio_of_pairs(std::span<const double> ratios) {
  if (ratios.size() < 2) throw std::invalid_argument("a comparison needs two pairs");
  Units units;
  for (const double ratio : ratios) units.push_back({ratio});
  const Pool pooled = pool(units);
  return with_interval(median(pooled.values), log_standard_error(pooled), double(units.size() - 1), units.size(),
                       units.size());
}

double superiority(std::span<const double> a, std::span<const double> b) {
  double wins = 0;
  std::size_t below = 0, up_to = 0;  // values of B below and up to the value of A
  for (const double value : a) {
    while (below < b.size() && b[below] < value) ++below;
    while (up_to < b.size() && b[up_to] <= value) ++up_to;
    wins += double(below) + 0.5 * double(up_to - below);
  }
  return wins / (double(a.size()) * double(b.size()));
}

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "SAME";
    case Verdict::faster:
      return "FASTER";
    case Verdict::slower:
      return "SLOWER";
    case Verdict::inconclusive:
      return "INCONCLUSIVE";
  }
  throw std::logic_error("a verdict without a name");
}

Verdict judge(const Ratio& ratio, double margin) {
  const double low = std::log(ratio.low), high = std::log(ratio.high), effect = std::log(ratio.ratio);
  if (low >= -margin && high <= margin) return Verdict::same;
  if (low > 0 && effect > margin) return Verdict::slower;
  if (high < 0 && effect < -margin) return Verdict::faster;
  return Verdict::inconclusive;
}

int deciding_units(const Ratio& ratio, double margin) {
  const int units = std::max(ratio.units_a, ratio.units_b);
  if (judge(ratio, margin) != Verdict::inconclusive) return units;
  const double width = std::log(ratio.high / ratio.ratio);
  const double effect = std::abs(std::log(ratio.ratio));
  const double target = effect > margin ? effect : margin - effect;
  constexpr double never = 1e6;  // an effect just at the margin is never decided
  const double needed = target > 0 ? std::ceil(units * (width / target) * (width / target)) : never;
  return int(std::clamp(needed, double(units + 1), never));
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least = std::max(least, std::min(1.0, double(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

double margin_of(std::span<const double> log_ratios) {
  if (log_ratios.empty()) return least_margin;
  std::vector<double> sizes;
  for (const double x : log_ratios) sizes.push_back(std::abs(x));
  std::sort(sizes.begin(), sizes.end());
  return std::max(least_margin, quantile(sizes, 0.95));
}

std::vector<double> halves_apart(const Units& units, int splits) {
  std::vector<double> apart;
  if (units.size() < 4) return apart;
  Random random(3);
  Units shuffled = units;
  for (int s = 0; s < splits; ++s) {
    for (std::size_t i = shuffled.size(); i > 1; --i)
      std::swap(shuffled[i - 1], shuffled[random.below(std::uint32_t(i))]);
    const auto middle = shuffled.begin() + std::ptrdiff_t(shuffled.size() / 2);
    const double ratio =
        median(pool({middle, shuffled.end()}).values) / median(pool({shuffled.begin(), middle}).values);
    apart.push_back(std::abs(std::log(ratio)) / std::sqrt(2.0));
  }
  return apart;
}

}  // namespace sextant::results
