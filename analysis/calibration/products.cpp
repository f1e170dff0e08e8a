// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/products.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "analysis/calibration/line_fit.hpp"
#include "analysis/model/kernel.hpp"

namespace sextant::analysis {

namespace {

double bytes_of(const Observation& point) {
  constexpr double activation = 2;  // bytes of an activation
  return point.measurement->samples.front().bytes +
         activation * point.number("rows") * (point.number("n") + point.number("k"));
}

double operations_of(const Observation& point) {
  return 2 * point.number("rows") * point.number("n") * point.number("k");
}

// The parameters that are free, as logarithms: bandwidth, then rate and overhead where they are.
Eigen::VectorXd logarithms(const ProductFit& fit, const Products& products) {
  std::vector<double> list{std::log(fit.bandwidth)};
  if (products.with_rate) list.push_back(std::log(fit.rate));
  if (products.with_overhead) list.push_back(std::log(fit.overhead));
  return Eigen::Map<Eigen::VectorXd>(list.data(), Eigen::Index(list.size()));
}

ProductFit from(const Eigen::VectorXd& x, const Products& products) {
  ProductFit fit;
  Eigen::Index i = 0;
  fit.bandwidth = std::exp(x[i++]);
  fit.rate = products.with_rate ? std::exp(x[i++]) : std::numeric_limits<double>::infinity();
  fit.overhead = products.with_overhead ? std::exp(x[i]) : 0;
  return fit;
}

Eigen::VectorXd residuals(const ProductFit& fit, const Observations& points) {
  Eigen::VectorXd list(Eigen::Index(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) list[Eigen::Index(i)] = time_of(fit, points[i]) / points[i].value - 1;
  return list;
}

double robust_scale(const Eigen::VectorXd& list) {
  std::vector<double> sizes(list.data(), list.data() + list.size());
  for (double& size : sizes) size = std::abs(size);
  std::nth_element(sizes.begin(), sizes.begin() + std::ptrdiff_t(sizes.size() / 2), sizes.end());
  return std::max(1.4826 * sizes[sizes.size() / 2], 1e-4);
}

double huber(const Eigen::VectorXd& list, double limit) {
  double sum = 0;
  for (const double r : list) sum += std::abs(r) <= limit ? r * r : 2 * limit * std::abs(r) - limit * limit;
  return sum;
}

// Central differences: the time is a smooth function of three logarithms.
Eigen::MatrixXd slopes(const Eigen::VectorXd& x, const Products& products, const Observations& points) {
  constexpr double step = 1e-5;
  Eigen::MatrixXd list(Eigen::Index(points.size()), x.size());
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    Eigen::VectorXd up = x, down = x;
    up[j] += step;
    down[j] -= step;
    list.col(j) = (residuals(from(up, products), points) - residuals(from(down, products), points)) / (2 * step);
  }
  return list;
}

double fastest(const Observations& points) {
  double shortest = points.front().value;
  for (const Observation& point : points) shortest = std::min(shortest, point.value);
  return shortest;
}

ProductFit first_guess(const Observations& points) {
  ProductFit guess;
  double bandwidth = 0, rate = 0;
  for (const Observation& point : points) {
    bandwidth = std::max(bandwidth, bytes_of(point) / point.value);
    rate = std::max(rate, operations_of(point) / point.value);
  }
  guess.overhead = fastest(points) / 2;
  guess.bandwidth = bandwidth;
  guess.rate = 1.5 * rate;
  return guess;
}

// Whether the matrices tell a fixed cost from a cost per byte.
bool tells_overhead(const Observations& points) {
  std::set<double> matrices;
  std::vector<double> n, t;
  for (const Observation& point : points) {
    matrices.insert(point.measurement->samples.front().bytes);
    n.push_back(bytes_of(point));
    t.push_back(point.value);
  }
  return matrices.size() >= 4 && fit_line(n, t).inflation <= 30;
}

// Whether arithmetic takes so much of some row that it shows: from 0.35 of the time of the bytes on, p = 3 adds 1.4 %.
bool tells_rate(const ProductFit& fit, const Observations& points) {
  return std::any_of(points.begin(), points.end(), [&](const Observation& point) {
    return operations_of(point) / fit.rate > 0.35 * bytes_of(point) / fit.bandwidth;
  });
}

}  // namespace

double time_of(const ProductFit& fit, const Observation& point) {
  return kernel_seconds(fit.overhead, bytes_of(point), fit.bandwidth, operations_of(point), fit.rate, overlap);
}

Observations points_of(const Observations& data, const Products& products) {
  return select(data, "gpu.gemv", "rows",
                [&](const Observation& o) { return o.number("rows") > 1 && shares(o, products.at); });
}

ProductFit fit_products(const Observations& points, const Products& products) {
  Eigen::VectorXd x = logarithms(products.start, products);
  double damping = 1e-2;
  for (int pass = 0; pass < 40; ++pass) {
    const Eigen::VectorXd now = residuals(from(x, products), points);
    const double limit = 1.345 * robust_scale(now);
    const Eigen::VectorXd weights =
        now.unaryExpr([&](double r) { return std::abs(r) <= limit ? 1.0 : limit / std::abs(r); });
    const Eigen::MatrixXd jacobian = slopes(x, products, points);
    const Eigen::MatrixXd normal = jacobian.transpose() * weights.asDiagonal() * jacobian;
    const Eigen::VectorXd gradient = jacobian.transpose() * weights.asDiagonal() * now;
    const double cost = huber(now, limit);
    bool better = false;
    Eigen::VectorXd step;
    for (int attempt = 0; attempt < 12 && !better; ++attempt) {
      Eigen::MatrixXd damped = normal;
      damped.diagonal() += damping * (normal.diagonal().array() + 1e-12).matrix();
      step = -damped.ldlt().solve(gradient).cwiseMax(-1).cwiseMin(1);  // at most a factor e at once
      better = huber(residuals(from(x + step, products), points), limit) <= cost;
      damping = better ? damping / 3 : damping * 4;
    }
    if (!better) break;
    x += step;
    if (step.cwiseAbs().maxCoeff() < 1e-7) break;
  }
  ProductFit fit = from(x, products);
  fit.residual = std::sqrt(residuals(fit, points).squaredNorm() / double(points.size()));
  return fit;
}

std::vector<Products> find_products(const Observations& data) {
  std::vector<Products> list;
  for (results::Point& at : choices(data, "gpu.gemv", {"type", "library"})) {
    Products products;
    products.at = std::move(at);
    const Observations points = points_of(data, products);
    if (points.size() < 4) continue;
    products.least_rows = points.front().number("rows");
    products.most_rows = points.back().number("rows");
    products.with_overhead = tells_overhead(points);
    products.start = first_guess(points);
    products.start = fit_products(points, products);
    if (products.with_overhead &&
        products.start.overhead < 0.01 * fastest(points)) {  // in logarithms it falls for ever
      products.with_overhead = false;
      products.start = fit_products(points, products);
    }
    if (!tells_rate(products.start, points)) {
      products.with_rate = false;
      products.start = fit_products(points, products);
    }
    list.push_back(std::move(products));
  }
  return list;
}

}  // namespace sextant::analysis
