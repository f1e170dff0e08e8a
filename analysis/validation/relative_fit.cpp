// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/relative_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <cmath>

namespace sextant::analysis {
namespace {

using Predict = std::function<double(std::span<const double>, std::size_t)>;

Eigen::VectorXd residuals(std::span<const double> measured, std::span<const double> parameters,
                          const Predict& predict) {
  Eigen::VectorXd r(Eigen::Index(measured.size()));
  for (std::size_t i = 0; i < measured.size(); ++i) r[Eigen::Index(i)] = predict(parameters, i) / measured[i] - 1;
  return r;
}

// By the parameters in units of their start.
Eigen::MatrixXd jacobian(std::span<const double> measured, std::span<const double> parameters,
                         std::span<const double> start, const Eigen::VectorXd& here, const Predict& predict) {
  Eigen::MatrixXd j(here.size(), Eigen::Index(parameters.size()));
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    std::vector<double> moved(parameters.begin(), parameters.end());
    moved[k] += 1e-4 * start[k];
    j.col(Eigen::Index(k)) = (residuals(measured, moved, predict) - here) / 1e-4;
  }
  return j;
}

std::string why_not(const RelativeFit& fit, const std::vector<std::string>& names) {
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (fit.parameters[k] < 0)
      return fmt::format("{} comes out negative ({:.3g}): the form does not describe these data", names[k],
                         fit.parameters[k]);
  }
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (!(fit.inflation[k] <= largest_inflation))
      return fmt::format("{} is not identified: its variance is inflated {:.0f} times", names[k], fit.inflation[k]);
  }
  return {};
}

}  // namespace

RelativeFit fit_relative(std::span<const double> measured, std::vector<double> start,
                         const std::vector<std::string>& names, const Predict& predict) {
  RelativeFit fit;
  fit.parameters = start;
  if (measured.size() < start.size()) {
    fit.refusal = "fewer measurements than parameters";
    return fit;
  }
  Eigen::MatrixXd j;
  Eigen::VectorXd r;
  for (int pass = 0; pass < 12; ++pass) {
    r = residuals(measured, fit.parameters, predict);
    j = jacobian(measured, fit.parameters, start, r, predict);
    const Eigen::VectorXd step = j.colPivHouseholderQr().solve(-r);
    for (std::size_t k = 0; k < start.size(); ++k) fit.parameters[k] += step[Eigen::Index(k)] * start[k];
    if (step.norm() < 1e-9) break;
  }
  r = residuals(measured, fit.parameters, predict);
  fit.residual = std::sqrt(r.squaredNorm() / double(r.size()));
  const Eigen::MatrixXd scaled = j.array().rowwise() / j.colwise().norm().array();
  const Eigen::VectorXd singular = scaled.jacobiSvd().singularValues();
  fit.condition = singular[0] / singular[singular.size() - 1];
  const Eigen::MatrixXd inverse = (scaled.transpose() * scaled).inverse();
  for (Eigen::Index k = 0; k < inverse.rows(); ++k) fit.inflation.push_back(inverse(k, k));
  fit.refusal = why_not(fit, names);
  return fit;
}

}  // namespace sextant::analysis
