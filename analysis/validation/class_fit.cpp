// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/class_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string_view>

#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

using Vector = Eigen::Vector3d;
static_assert(call_parameters == 3);

struct Prior {
  Vector mean, spread;
};

// Where the search begins, and how little is known before any row is seen: a factor e^2 or so.
Prior ignorance(Group group) {
  const Vector kernel(std::log(1e-5), std::log(0.8), std::log(0.6));
  const Vector collective(std::log(8e-6), std::log(1e-6), std::log(0.5));
  return {group == Group::collectives ? collective : kernel, Vector::Constant(2)};
}

// Of one device and class, misfits go together: all its rows weigh as much as this many.
constexpr double rows_of_a_device = 20;
constexpr double misfit = 0.15;  // log: beyond it a row counts by its size and no longer by its square

struct Problem {
  std::vector<const Call*> calls;
  Eigen::VectorXd published, weights;
  Prior prior;
  const Equations* equations;

  Eigen::VectorXd residuals(const Vector& x) const {
    Eigen::VectorXd list(Eigen::Index(calls.size()));
    for (std::size_t i = 0; i < calls.size(); ++i)
      list[Eigen::Index(i)] = std::log(seconds_of(*equations, *calls[i], {x[0], x[1], x[2]}));
    return list - published;
  }
  double cost(const Vector& x, const Eigen::VectorXd& r) const {
    double sum = ((x - prior.mean).array() / prior.spread.array()).square().sum();
    for (Eigen::Index i = 0; i < r.size(); ++i) {
      const double size = std::abs(r[i]) / misfit;
      sum += weights[i] * (size <= 1 ? size * size : 2 * size - 1);
    }
    return sum;
  }
};

Problem problem(std::vector<const Call*> calls, const Prior& prior, const Equations& equations) {
  Problem made{std::move(calls), {}, {}, prior, &equations};
  std::map<std::string_view, double> rows;
  for (const Call* call : made.calls) ++rows[call->device];
  made.published.resize(Eigen::Index(made.calls.size()));
  made.weights.resize(made.published.size());
  for (std::size_t i = 0; i < made.calls.size(); ++i) {
    made.published[Eigen::Index(i)] = std::log(made.calls[i]->seconds);
    const double count = rows[made.calls[i]->device];
    made.weights[Eigen::Index(i)] = std::min(1.0, rows_of_a_device / count);
  }
  return made;
}

// Levenberg and Marquardt.
Vector solve(const Problem& problem, Vector x) {
  double damping = 1e-2;
  Eigen::VectorXd r = problem.residuals(x);
  for (int pass = 0; pass < 30; ++pass) {
    Eigen::MatrixXd slopes(r.size(), 3);
    for (int k = 0; k < 3; ++k) {
      constexpr double step = 1e-5;
      Vector moved = x;
      moved[k] += step;
      slopes.col(k) = (problem.residuals(moved) - r) / step;
    }
    const Eigen::VectorXd weights = problem.weights.array() * r.array().abs().max(misfit).inverse() / misfit;
    const Vector precision = problem.prior.spread.array().square().inverse();
    Eigen::Matrix3d normal = slopes.transpose() * weights.asDiagonal() * slopes;
    normal.diagonal() += precision;
    const Vector gradient = slopes.transpose() * (weights.array() * r.array()).matrix() +
                            (precision.array() * (x - problem.prior.mean).array()).matrix();
    const double before = problem.cost(x, r);
    double gain = 0;
    Vector step = Vector::Zero();
    for (int attempt = 0; attempt < 10 && gain <= 0; ++attempt) {
      Eigen::Matrix3d damped = normal;
      damped.diagonal() *= 1 + damping;
      step = (-damped.ldlt().solve(gradient)).cwiseMax(-1).cwiseMin(1);
      const Eigen::VectorXd there = problem.residuals(x + step);
      gain = before - problem.cost(x + step, there);
      damping = gain > 0 ? damping / 4 : damping * 5;
      if (gain > 0) {
        x += step;
        r = there;
      }
    }
    if (gain <= 1e-6 * before || step.cwiseAbs().maxCoeff() < 1e-5) break;
  }
  return x;
}

// Median and robust spread of what the classes came out at.
Prior common(const std::map<CallClass, Vector>& classes) {
  Prior prior;
  for (int k = 0; k < 3; ++k) {
    std::vector<double> values, distances;
    for (const auto& [key, x] : classes) values.push_back(x[k]);
    prior.mean[k] = results::median_of(values);
    for (const double value : values) distances.push_back(std::abs(value - prior.mean[k]));
    prior.spread[k] = std::clamp(1.4826 * results::median_of(distances), 0.1, 1.0);
  }
  return prior;
}

}  // namespace

ClassFits fit_classes(std::span<const Call* const> calls, const Equations& equations) {
  ClassFits fits;
  if (calls.empty()) return fits;
  std::map<CallClass, std::vector<const Call*>> rows;
  for (const Call* call : calls) rows[call->of].push_back(call);
  const Prior before = ignorance(calls.front()->group);
  std::map<CallClass, Vector> alone;
  for (const auto& [key, list] : rows) alone[key] = solve(problem(list, before, equations), before.mean);
  const Prior prior = alone.size() > 2 ? common(alone) : before;
  for (const auto& [key, list] : rows) {
    const Vector x = solve(problem(list, prior, equations), alone[key]);
    fits[key] = {x[0], x[1], x[2]};
  }
  return fits;
}

std::vector<CallClass> nearest_classes(const ClassFits& fits, const CallClass& one, bool itself) {
  if (itself && fits.contains(one)) return {one};
  int most = -1;
  std::vector<CallClass> nearest;
  for (const auto& [other, parameters] : fits) {
    if (other == one || times_host(other)) continue;
    const int shared = 4 * (other.link == one.link) + 2 * (other.kind == one.kind) + (other.library == one.library);
    if (shared < most) continue;
    if (shared > most) nearest.clear();
    most = shared;
    nearest.push_back(other);
  }
  return nearest;
}

}  // namespace sextant::analysis
