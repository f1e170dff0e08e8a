// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/engine_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

constexpr double difference = 1e-4;         // of a logarithm, for derivatives
constexpr double freedom = 4;               // of Student's weights
constexpr double student_quantile = 2.132;  // of 95 % with four degrees
constexpr std::size_t absent = static_cast<std::size_t>(-1);

// What a run is expected to scatter by: tables of one careful hand, and tables that anyone fills in; three times as much
// where batch and scheduler are not stated.
double scatter(const Case& measured) {
  return (measured.trust == "C" ? 0.25 : 0.10) * (measured.group == Group::maxload ? 3 : 1);
}

struct Row {
  const EngineRun* run;
  std::array<std::size_t, effect_count> at{};  // its parameters
  double scale = 1;                            // expected scatter, after sharing its weight
};

class Problem {
 public:
  Problem(std::span<const EngineRun* const> runs, EngineFit& fit, StepFunction step) : step_(step) {
    std::map<std::string, int> alike;
    const auto key = [](const Case& c) {
      const Decoding& d = c.decoding();
      return c.device + '|' + d.family + '|' + d.model + '|' + d.weight_type + '|' + std::to_string(d.shared_by) + '|' +
             group_names[static_cast<int>(c.group)];
    };
    for (const EngineRun* run : runs) ++alike[key(*run->measured)];
    for (const EngineRun* run : runs) {
      Row row{run, {}, scatter(*run->measured) * std::min(3.0, std::sqrt(alike[key(*run->measured)]))};
      for (std::size_t e = 0; e < effect_count; ++e) row.at[e] = place(run->effects[e], fit);
      rows_.push_back(row);
    }
  }

  std::size_t size() const { return static_cast<std::size_t>(mean_.size()); }
  Eigen::VectorXd prior_means() const {
    return Eigen::Map<const Eigen::VectorXd>(mean_.data(), static_cast<Eigen::Index>(mean_.size()));
  }

  // log(predicted/measured) of a row.
  double error(const Row& row, const EffectValues& values) const {
    const EngineRun& run = *row.run;
    const EngineFigures figures = figures_of(values, run.age, run.ranks);
    return std::log(predicted_value(run, figures, step_) / run.measured->measured);
  }
  EffectValues values(const Row& row, const Eigen::VectorXd& x) const {
    EffectValues v{};
    for (std::size_t e = 0; e < effect_count; ++e) v[e] = row.at[e] == absent ? 0 : x[row.at[e]];
    return v;
  }

  double cost(const Eigen::VectorXd& x) const {
    double sum = 0;
    for (const Row& row : rows_) {
      const double e = error(row, values(row, x)) / row.scale;
      sum += freedom * std::log1p(e * e / freedom);
    }
    for (std::size_t i = 0; i < size(); ++i) sum += std::pow((x[i] - mean_[i]) / spread_[i], 2);
    return sum;
  }

  // Half the gradient of the cost, and its curvature with the weights held.
  void linearise(const Eigen::VectorXd& x, Eigen::VectorXd& gradient, Eigen::MatrixXd& curvature) const {
    gradient.setZero(size());
    curvature.setZero(size(), size());
    for (std::size_t i = 0; i < size(); ++i) {
      gradient[i] = (x[i] - mean_[i]) / (spread_[i] * spread_[i]);
      curvature(i, i) = 1 / (spread_[i] * spread_[i]);
    }
    for (const Row& row : rows_) {
      const EffectValues v = values(row, x);
      const double base = error(row, v), scaled = base / row.scale;
      const double weight = 1 / (1 + scaled * scaled / freedom) / (row.scale * row.scale);
      EffectValues slope{};
      for (std::size_t e = 0; e < effect_count; ++e) {
        if (row.at[e] == absent) continue;
        EffectValues moved = v;
        moved[e] += difference;
        slope[e] = (error(row, moved) - base) / difference;
      }
      for (std::size_t a = 0; a < effect_count; ++a) {
        if (row.at[a] == absent) continue;
        gradient[row.at[a]] += weight * slope[a] * base;
        for (std::size_t b = 0; b < effect_count; ++b)
          if (row.at[b] != absent) curvature(row.at[a], row.at[b]) += weight * slope[a] * slope[b];
      }
    }
  }

  std::map<std::string, double, std::less<>> residuals(const Eigen::VectorXd& x) const {
    std::map<std::string, std::vector<double>> sizes;
    for (const Row& row : rows_)
      sizes[residual_class(*row.run->measured)].push_back(std::abs(error(row, values(row, x))));
    std::map<std::string, double, std::less<>> spread;
    for (auto& [name, all] : sizes) {
      const auto ninth = all.begin() + static_cast<std::ptrdiff_t>(0.9 * static_cast<double>(all.size() - 1));
      std::nth_element(all.begin(), ninth, all.end());
      spread[name] = *ninth / student_quantile;
    }
    return spread;
  }

 private:
  std::size_t place(const EffectParameter& parameter, EngineFit& fit) {
    if (parameter.name.empty()) return absent;
    const auto [found, fresh] = fit.index.try_emplace(parameter.name, mean_.size());
    if (fresh) {
      mean_.push_back(parameter.mean);
      spread_.push_back(parameter.spread);
    }
    return found->second;
  }

  StepFunction step_;
  std::vector<Row> rows_;
  std::vector<double> mean_, spread_;
};

}  // namespace

std::string residual_class(const Case& measured) {
  return std::string(group_names[static_cast<int>(measured.group)]) + (measured.trust == "C" ? ", uncurated" : "");
}

EngineFit fit_engines(std::span<const EngineRun* const> runs, StepFunction step) {
  if (runs.empty())
    throw results::InvalidInput("there is no decode run to fit on: give tables of decode runs with --fit");
  EngineFit fit;
  const Problem problem(runs, fit, step);
  Eigen::VectorXd x = problem.prior_means(), gradient;
  Eigen::MatrixXd curvature;
  double cost = problem.cost(x), damping = 1e-3;
  for (int iteration = 0; iteration < 30; ++iteration) {
    problem.linearise(x, gradient, curvature);
    bool better = false;
    double gained = 0;
    for (int attempt = 0; attempt < 8 && !better; ++attempt) {
      Eigen::MatrixXd damped = curvature;
      damped.diagonal() *= 1 + damping;
      const Eigen::VectorXd change = (-damped.ldlt().solve(gradient)).cwiseMax(-1).cwiseMin(1);
      const double next = problem.cost(x + change);
      better = next < cost;
      if (better) {
        gained = cost - next;
        x += change;
        cost = next;
        damping = std::max(damping / 5, 1e-6);
      } else {
        damping *= 5;
      }
    }
    if (!better || gained < 1e-4 * cost) break;
  }
  problem.linearise(x, gradient, curvature);
  const Eigen::MatrixXd covariance = curvature.ldlt().solve(Eigen::MatrixXd::Identity(x.size(), x.size()));
  fit.centre.assign(x.begin(), x.end());
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const Eigen::VectorXd row = covariance.row(i);
    fit.covariance.emplace_back(row.begin(), row.end());
  }
  fit.residual = problem.residuals(x);
  for (const EngineRun* run : runs) fit.runs.push_back(run->measured);
  return fit;
}

EffectValues effect_values(const EngineFit& fit, const Effects& effects) {
  EffectValues values{};
  for (std::size_t e = 0; e < effect_count; ++e) {
    if (effects[e].name.empty()) continue;
    const auto found = fit.index.find(effects[e].name);
    values[e] = found == fit.index.end() ? effects[e].mean : fit.centre[found->second];
  }
  return values;
}

std::array<std::array<double, effect_count>, effect_count> effect_covariance(const EngineFit& fit,
                                                                             const Effects& effects) {
  std::array<std::array<double, effect_count>, effect_count> covariance{};
  std::array<std::size_t, effect_count> at{};
  for (std::size_t e = 0; e < effect_count; ++e) {
    const auto found = fit.index.find(effects[e].name);
    at[e] = found == fit.index.end() ? absent : found->second;
    if (at[e] == absent && !effects[e].name.empty()) covariance[e][e] = effects[e].spread * effects[e].spread;
  }
  for (std::size_t a = 0; a < effect_count; ++a) {
    for (std::size_t b = 0; b < effect_count; ++b) {
      if (at[a] != absent && at[b] != absent) covariance[a][b] = fit.covariance[at[a]][at[b]];
    }
  }
  return covariance;
}

}  // namespace sextant::analysis
