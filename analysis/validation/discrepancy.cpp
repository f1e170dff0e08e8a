// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/discrepancy.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace sextant::analysis {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// In units of the smooth part's standard deviation: what a series is off as a whole, and for each factor of two of an
// axis. Wide, so that the rows decide.
constexpr double offset = 2, tilt = 0.15;

// Matern 3/2 of the distance: continuous with a slope. Of three covariances tried on alternate sizes of the published
// rows it did best for collectives and as well as the others for the rest, so errors on those rows flatter it a little.
double smooth(const Smoothness& s, const Place& a, const Place& b) {
  double squares = 0;
  for (std::size_t k = 0; k < call_axes; ++k) squares += std::pow((a[k] - b[k]) / s.reach[k], 2);
  const double distance = std::sqrt(3 * squares);
  return (1 + distance) * std::exp(-distance);
}

double covariance(const Series& series, const Place& a, const Place& b) {
  double along = 0;
  for (std::size_t k = 0; k < call_axes; ++k) along += (a[k] - series.centre[k]) * (b[k] - series.centre[k]);
  return offset * offset + tilt * tilt * along + smooth(series.smoothness, a, b);
}

Eigen::Map<const Matrix> matrix_of(const Series& series) {
  const auto size = Eigen::Index(series.places.size());
  return {series.inverse.data(), size, size};
}

std::map<std::pair<double, double>, std::vector<Eigen::Index>> members(const SeriesRows& rows) {
  std::map<std::pair<double, double>, std::vector<Eigen::Index>> blocks;
  for (std::size_t i = 0; i < rows.blocks.size(); ++i) blocks[rows.blocks[i]].push_back(Eigen::Index(i));
  return blocks;
}

double mean_error(std::span<const SeriesRows* const> all, const Smoothness& smoothness) {
  double sum = 0, count = 0;
  for (const SeriesRows* rows : all) {
    for (const Misfit& left : without_own_block(make_series(*rows, smoothness), *rows)) sum += std::abs(left.mean);
    count += double(rows->misfits.size());
  }
  return sum / count;
}

}  // namespace

Series make_series(const SeriesRows& rows, const Smoothness& smoothness) {
  Series series{smoothness, rows.places, {}, {}, {}};
  const auto size = Eigen::Index(rows.places.size());
  for (const Place& place : rows.places) {
    for (std::size_t k = 0; k < call_axes; ++k) series.centre[k] += place[k] / double(size);
  }
  Matrix between(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j)
      between(i, j) = between(j, i) = covariance(series, rows.places[std::size_t(i)], rows.places[std::size_t(j)]);
    between(i, i) += smoothness.noise * smoothness.noise;
  }
  const Matrix inverse = between.llt().solve(Matrix::Identity(size, size));
  const Eigen::VectorXd weights = inverse * Eigen::Map<const Eigen::VectorXd>(rows.misfits.data(), size);
  series.inverse.assign(inverse.data(), inverse.data() + inverse.size());
  series.weights.assign(weights.data(), weights.data() + size);
  return series;
}

Misfit misfit_at(const Series& series, const Place& place) {
  const auto size = Eigen::Index(series.places.size());
  Eigen::VectorXd with(size);
  for (Eigen::Index i = 0; i < size; ++i) with[i] = covariance(series, place, series.places[std::size_t(i)]);
  const double noise = series.smoothness.noise;
  const double left = covariance(series, place, place) - with.dot(matrix_of(series) * with);
  return {with.dot(Eigen::Map<const Eigen::VectorXd>(series.weights.data(), size)),
          std::sqrt(std::max(left, 0.0) + noise * noise)};
}

// From the inverse of all rows: the error of a block is (inverse of its part of the inverse) times its weights.
std::vector<Misfit> without_own_block(const Series& series, const SeriesRows& rows) {
  std::vector<Misfit> left(rows.misfits.size());
  const auto inverse = matrix_of(series);
  for (const auto& [block, at] : members(rows)) {
    const Eigen::MatrixXd spread = Eigen::MatrixXd(inverse(at, at)).inverse();
    Eigen::VectorXd weights(Eigen::Index(at.size()));
    for (std::size_t i = 0; i < at.size(); ++i) weights[Eigen::Index(i)] = series.weights[std::size_t(at[i])];
    const Eigen::VectorXd errors = spread * weights;
    for (Eigen::Index i = 0; i < errors.size(); ++i)
      left[std::size_t(at[std::size_t(i)])] = {errors[i], std::sqrt(std::max(spread(i, i), 0.0))};
  }
  return left;
}

Smoothness find_smoothness(std::span<const SeriesRows> all, std::size_t axes) {
  constexpr std::size_t tried = 8;
  std::vector<const SeriesRows*> some;
  const std::size_t stride = std::max<std::size_t>(1, (all.size() + tried - 1) / tried);
  for (std::size_t i = 0; i < all.size(); i += stride) {
    if (all[i].misfits.size() >= 2 * axes) some.push_back(&all[i]);
  }
  Smoothness best;
  if (some.empty()) return best;
  double least = mean_error(some, best);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t k = 0; k <= axes; ++k) {
      for (const double factor : {0.5, 2.0}) {
        Smoothness other = best;
        double& number = k < axes ? other.reach[k] : other.noise;
        number *= factor;
        if (number < 0.02 || number > 20) continue;
        const double error = mean_error(some, other);
        if (error >= least) continue;
        least = error;
        best = other;
        break;  // what one way helps is not tried the other way
      }
    }
  }
  return best;
}

}  // namespace sextant::analysis
