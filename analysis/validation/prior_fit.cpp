// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/prior_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <set>

namespace sextant::analysis {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// The parameters of the model first, then the deviation of every group.
struct Problem {
  std::span<const Prior> priors;
  std::vector<FitRow> rows;
  std::vector<std::size_t> which;  // of the caller's rows
  std::vector<std::string> groups;

  Index own() const { return static_cast<Index>(priors.size()); }
  Index size() const { return own() + static_cast<Index>(groups.size()); }
  Index group(std::size_t row) const {
    return own() + (std::lower_bound(groups.begin(), groups.end(), rows[row].group) - groups.begin());
  }
};

Problem problem_of(std::span<const Prior> priors, std::span<const FitRow> rows, const std::string* left_out) {
  Problem p{priors, {}, {}, {}};
  std::set<std::string> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (left_out != nullptr && rows[i].group == *left_out) continue;
    p.rows.push_back(rows[i]);
    p.which.push_back(i);
    groups.insert(rows[i].group);
  }
  p.groups.assign(groups.begin(), groups.end());
  return p;
}

std::span<const double> head(const VectorXd& at, Index count) { return {at.data(), static_cast<std::size_t>(count)}; }

// Precision and mean of all parameters before a row is seen.
VectorXd prior_precision(const Problem& p, double group_sd) {
  VectorXd precision(p.size());
  for (Index k = 0; k < p.size(); ++k)
    precision[k] = std::pow(k < p.own() ? p.priors[static_cast<std::size_t>(k)].sd : group_sd, -2);
  return precision;
}

double stretch_of(double squares, double count) { return std::clamp(std::sqrt(squares / count), 0.7, 3.0); }

struct Linear {
  MatrixXd slope;
  VectorXd residual;
};

Linear linear_at(const Problem& p, const VectorXd& at, const LogPrediction& predict) {
  const auto n = static_cast<Index>(p.rows.size());
  Linear line{MatrixXd::Zero(n, p.size()), VectorXd(n)};
  for (Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(i);
    const auto one = [&](std::span<const double> x) { return predict(x, p.which[row]); };
    const std::vector<double> slope = elasticities(head(at, p.own()), one);
    for (Index k = 0; k < p.own(); ++k) line.slope(i, k) = slope[static_cast<std::size_t>(k)];
    line.slope(i, p.group(row)) = 1;
    line.residual[i] = std::log(p.rows[row].measured) - one(head(at, p.own())) - at[p.group(row)];
  }
  return line;
}

PriorFit solve(const Problem& p, const Spreads& before, const LogPrediction& predict) {
  PriorFit fit;
  fit.row_sd = before.row;
  fit.group_sd = before.group;
  VectorXd mean = VectorXd::Zero(p.size());
  for (Index k = 0; k < p.own(); ++k) mean[k] = p.priors[static_cast<std::size_t>(k)].mean;
  VectorXd at = mean;
  MatrixXd covariance;
  for (int pass = 0; pass < 15; ++pass) {
    const Linear line = linear_at(p, at, predict);
    VectorXd weight(line.residual.size());
    for (Index i = 0; i < weight.size(); ++i)
      weight[i] = 1 / (std::pow(fit.row_sd, 2) + std::pow(p.rows[static_cast<std::size_t>(i)].sd, 2));
    const VectorXd precision = prior_precision(p, fit.group_sd);
    const MatrixXd weighted = weight.asDiagonal() * line.slope;
    MatrixXd information = line.slope.transpose() * weighted;
    information.diagonal() += precision;
    covariance = information.inverse();
    VectorXd step = covariance * (weighted.transpose() * line.residual - precision.cwiseProduct(at - mean));
    if (step.cwiseAbs().maxCoeff() > 1) step /= step.cwiseAbs().maxCoeff();
    at += step;
    // Expected squares of errors and deviations, given the rows.
    double errors = before.strength * std::pow(before.row, 2), deviations = before.strength * std::pow(before.group, 2);
    double squares = before.strength;
    const VectorXd left = line.residual - line.slope * step;
    for (Index i = 0; i < left.size(); ++i) {
      const double known = std::pow(p.rows[static_cast<std::size_t>(i)].sd, 2);
      const double share = std::pow(fit.row_sd, 2) * weight[i];
      const double fitted = line.slope.row(i) * covariance * line.slope.row(i).transpose();
      const double square = std::pow(left[i], 2) + fitted;
      // A row left out of a linear fit: its residual and its variance both grow by 1/(1 - leverage).
      squares += std::pow(left[i], 2) * weight[i] / std::max(0.05, 1 - fitted * weight[i]);
      errors += share * share * square + share * known;
    }
    fit.stretch = stretch_of(squares, before.strength + double(left.size()));
    for (Index k = p.own(); k < p.size(); ++k) deviations += at[k] * at[k] + covariance(k, k);
    fit.row_sd = std::sqrt(errors / (before.strength + double(left.size())));
    fit.group_sd = std::sqrt(deviations / (before.strength + double(p.groups.size())));
  }
  fit.at.assign(at.data(), at.data() + p.own());
  for (Index i = 0; i < p.own(); ++i) {
    for (Index j = 0; j < p.own(); ++j) fit.covariance.push_back(covariance(i, j));
  }
  for (std::size_t g = 0; g < p.groups.size(); ++g) {
    const Index k = p.own() + static_cast<Index>(g);
    fit.deviation[p.groups[g]] = {at[k], covariance(k, k)};
  }
  fit.freedom = before.strength + double(p.rows.size());
  fit.freedom_unseen = before.strength + double(p.groups.size());
  return fit;
}

// Variance of the logarithm of a prediction, without stretch.
double variance_of(const PriorFit& fit, const FitRow& row, std::span<const double> slope) {
  double variance = std::pow(fit.row_sd, 2) + std::pow(row.sd, 2);
  for (std::size_t i = 0; i < slope.size(); ++i) {
    for (std::size_t j = 0; j < slope.size(); ++j)
      variance += slope[i] * fit.covariance[i * slope.size() + j] * slope[j];
  }
  const auto known = fit.deviation.find(row.group);
  // Beside the parameters, as if independent of them: what they share would make it less.
  return variance + (known == fit.deviation.end() ? std::pow(fit.group_sd, 2) : known->second.variance);
}

}  // namespace

std::vector<double> elasticities(std::span<const double> at,
                                 const std::function<double(std::span<const double>)>& predict) {
  constexpr double hair = 1e-4;
  std::vector<double> moved(at.begin(), at.end()), slope;
  for (double& x : moved) {
    const double here = x;
    x = here + hair;
    const double above = predict(moved);
    x = here - hair;
    slope.push_back((above - predict(moved)) / (2 * hair));
    x = here;
  }
  return slope;
}

PriorFit fit_with_priors(std::span<const Prior> priors, std::span<const FitRow> rows, const Spreads& before,
                         const LogPrediction& predict) {
  const Problem all = problem_of(priors, rows, nullptr);
  PriorFit fit = solve(all, before, predict);
  // Groups count the same however many rows they have: the rows of one err together.
  double squares = before.strength;
  for (const std::string& group : all.groups) {
    const PriorFit others = solve(problem_of(priors, rows, &group), before, predict);
    double sum = 0;
    int count = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].group != group) continue;
      const auto one = [&](std::span<const double> x) { return predict(x, i); };
      const double error = std::log(rows[i].measured) - one(others.at);
      sum += error * error / variance_of(others, rows[i], elasticities(others.at, one));
      ++count;
    }
    squares += sum / count;
  }
  fit.stretch_unseen = stretch_of(squares, fit.freedom_unseen);
  return fit;
}

Interval interval_of(const PriorFit& fit, const FitRow& row,
                     const std::function<double(std::span<const double>)>& predict) {
  const auto found = fit.deviation.find(row.group);
  const bool known = found != fit.deviation.end();
  const double middle = predict(fit.at) + (known ? found->second.mean : 0);
  const double sd =
      (known ? fit.stretch : fit.stretch_unseen) * std::sqrt(variance_of(fit, row, elasticities(fit.at, predict)));
  const boost::math::students_t student(known ? fit.freedom : fit.freedom_unseen);
  const double half = boost::math::quantile(student, 0.95) * sd;
  return {std::exp(middle), std::exp(middle - half), std::exp(middle + half)};
}

Predicted learnt(const PriorFit& fit, const FitRow& row, results::TransferClass unseen,
                 const std::function<double(std::span<const double>)>& predict) {
  const Interval interval = interval_of(fit, row, predict);
  const bool known = fit.knows(row.group);
  Predicted predicted;
  predicted.value = interval.value;
  predicted.low = interval.low;
  predicted.high = interval.high;
  predicted.others = fit.deviation.size() - (known ? 1 : 0);
  predicted.transfer = known ? results::TransferClass::T1 : unseen;
  return predicted;
}

std::size_t parameters(const PriorFit& fit) { return fit.at.size() + fit.deviation.size() + 3; }

}  // namespace sextant::analysis
