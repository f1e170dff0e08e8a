// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/residual_draws.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <unordered_map>

namespace sextant::analysis {

namespace {

bool one_value_each(std::span<const Observation> points) {
  return std::all_of(points.begin(), points.end(),
                     [](const Observation& point) { return point.measurement->samples.size() == 1; });
}

template <class Predict>
void add(std::span<const Observation> points, std::size_t coefficients, Predict predict, std::vector<Scatter>& into) {
  if (points.size() <= coefficients || !one_value_each(points)) return;
  const double stretch = std::sqrt(double(points.size()) / double(points.size() - coefficients));
  Scatter scatter;
  for (const Observation& point : points) {
    scatter.points.push_back(point.measurement);
    scatter.fitted.push_back(predict(point));
    scatter.relative.push_back(stretch * (point.value / scatter.fitted.back() - 1));
  }
  // A fit that crosses zero has no relative residuals; its coefficients are refused by their own sign.
  if (std::all_of(scatter.fitted.begin(), scatter.fitted.end(), [](double t) { return t > 0; }))
    into.push_back(std::move(scatter));
}

}  // namespace

std::vector<Scatter> find_scatter(const Observations& data, const Structure& structure) {
  std::vector<Scatter> all;
  for (const Curve& curve : structure.curves) {
    const Observations points = points_of(data, curve);
    const std::vector<Piece> pieces = fit_curve(points, curve);
    for (std::size_t k = 0; k < pieces.size(); ++k) {
      const Stretch& stretch = curve.stretches[k];
      if (stretch.form == Form::none) continue;
      add(
          std::span(points).subspan(stretch.begin, stretch.end - stretch.begin), stretch.form == Form::line ? 2 : 1,
          [&](const Observation& point) { return pieces[k].line.intercept + pieces[k].line.slope * size_of(point); },
          all);
    }
  }
  for (const Products& products : structure.products) {
    const Observations points = points_of(data, products);
    add(
        points, 1 + std::size_t(products.with_overhead) + std::size_t(products.with_rate),
        [&](const Observation& point) { return time_of(products.start, point); }, all);
  }
  return all;
}

void redraw(const std::vector<Scatter>& scatter, std::mt19937_64& random, Observations& drawn) {
  std::unordered_map<const results::Measurement*, double> values;
  for (const Scatter& one : scatter) {
    for (std::size_t i = 0; i < one.points.size(); ++i) {
      const double relative = one.relative[random() % one.relative.size()];
      values[one.points[i]] = one.fitted[i] * std::max(1 + relative, 0.05);  // no time is negative
    }
  }
  for (Observation& observation : drawn) {
    const auto found = values.find(observation.measurement);
    if (found != values.end()) observation.value = found->second;
  }
}

}  // namespace sextant::analysis
