// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/interval.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

#include "results/statistics/random.hpp"

namespace sextant::results {

double log_standard_error(const Pool& pool, int resamples) {
  const auto count = static_cast<std::uint32_t>(pool.sizes.size());
  if (count < 2) throw std::invalid_argument("the spread of launches needs at least two of them");
  Random random(1);
  std::vector<std::uint32_t> weights(count);
  std::vector<double> logs;
  logs.reserve(static_cast<std::size_t>(resamples));
  const double centre = median(pool.values);  // relative to it, equal medians differ by exactly nothing
  double sum = 0;
  for (int r = 0; r < resamples; ++r) {
    weights.assign(count, 0);
    for (std::uint32_t i = 0; i < count; ++i) ++weights[random.below(count)];
    logs.push_back(std::log(weighted_median(pool, weights) / centre));
    sum += logs.back();
  }
  const double mean = sum / resamples;
  double squares = 0;
  for (const double x : logs) squares += (x - mean) * (x - mean);
  const double spread = std::sqrt(squares / resamples);
  return std::sqrt(double(count) / (count - 1)) * spread;
}

double interval_factor(double log_standard_error, double degrees_of_freedom) {
  const boost::math::students_t student(degrees_of_freedom);
  const double quantile = std::round(1000 * boost::math::quantile(student, 0.975)) / 1000;
  return 1 + std::floor(1e6 * std::expm1(quantile * log_standard_error) + 0.5) / 1e6;
}

Units stretches(std::span<const double> series, int count) {
  const auto pieces = static_cast<std::size_t>(count);
  Units units;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t length = series.size() / pieces + (i < series.size() % pieces ? 1 : 0);
    const auto piece = series.subspan(begin, length);
    units.emplace_back(piece.begin(), piece.end());
    begin += length;
  }
  return units;
}

}  // namespace sextant::results
