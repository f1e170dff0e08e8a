// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/jitter.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sextant::analysis {
namespace {

// P(at least q of p draws lie below a value of probability u): the binomial tail, summed from its likeliest end.
double at_least(double q, double p, double u) {
  if (u <= 0) return 0;
  if (u >= 1) return 1;
  const bool upper = q > p * u;
  const double first = upper ? q : q - 1, step = upper ? 1 : -1;
  // Terms fall from here on, so the sum may stop when they no longer count.
  double term = std::exp(std::lgamma(p + 1) - std::lgamma(first + 1) - std::lgamma(p - first + 1) +
                         first * std::log(u) + (p - first) * std::log1p(-u));
  const double odds = u / (1 - u);
  double sum = 0;
  for (double j = first; j >= 0 && j <= p && term > 1e-17 * sum; j += step) {
    sum += term;
    term *= upper ? odds * (p - j) / (j + 1) : j / (odds * (p - j + 1));
  }
  return std::clamp(upper ? sum : 1 - sum, 0.0, 1.0);
}

double harmonic(double n) {
  double sum = 0;
  for (double i = n; i >= 1; --i) sum += 1 / i;
  return sum;
}

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

// By bisection: it is called once for a design, and needs no table of coefficients.
double normal_quantile(double u) {
  double low = -40, high = 40;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (normal_cdf(middle) < u ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double expected_maximum(std::span<const double> sorted, double ranks) {
  const double m = static_cast<double>(sorted.size());
  double sum = 0, below = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double up_to = std::pow(static_cast<double>(i + 1) / m, ranks);
    sum += sorted[i] * (up_to - below);
    below = up_to;
  }
  return sum;
}

double expected_order_statistic(std::span<const double> sorted, double ranks, double q) {
  const double m = static_cast<double>(sorted.size());
  double sum = 0, below = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double up_to = at_least(q, ranks, static_cast<double>(i + 1) / m);
    sum += sorted[i] * (up_to - below);
    below = up_to;
  }
  return sum;
}

// integral of x(u) p u^(p-1) du, piece by piece: [x u^p] - slope/(p+1) [u^(p+1)].
double expected_maximum(std::span<const Quantile> quantiles, double ranks) {
  if (quantiles.empty()) return 0;
  double sum = quantiles.front().value * std::pow(quantiles.front().probability, ranks);
  for (std::size_t i = 1; i < quantiles.size(); ++i) {
    const auto [u0, x0] = quantiles[i - 1];
    const auto [u1, x1] = quantiles[i];
    if (u1 <= u0) continue;
    const double slope = (x1 - x0) / (u1 - u0), p0 = std::pow(u0, ranks), p1 = std::pow(u1, ranks);
    sum += x1 * p1 - x0 * p0 - slope / (ranks + 1) * (u1 * p1 - u0 * p0);
  }
  const Quantile& last = quantiles.back();
  return sum + last.value * (1 - std::pow(last.probability, ranks));
}

double expected_wait(std::span<const double> sorted, double ranks, const Tolerance& tolerance) {
  return expected_order_statistic(sorted, ranks + tolerance.spares, ranks - tolerance.skipped);
}

double exponential_order_statistic(double mean, double ranks, double q) {
  return mean * (harmonic(ranks) - harmonic(ranks - q));
}

double normal_order_statistic(double mean, double deviation, double ranks, double q) {
  return mean + deviation * normal_quantile((q - 0.375) / (ranks + 0.25));
}

}  // namespace sextant::analysis
