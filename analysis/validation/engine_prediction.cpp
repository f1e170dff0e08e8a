// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/engine_prediction.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/model/prefill.hpp"
#include "analysis/uncertainty/discrepancy.hpp"
#include "analysis/uncertainty/distribution.hpp"
#include "analysis/uncertainty/draws.hpp"
#include "analysis/uncertainty/project.hpp"
#include "results/record/summary.hpp"

namespace sextant::analysis {
namespace {

constexpr std::size_t draw_count = 100;
constexpr std::uint64_t seed = 1;

using results::TransferClass;
using results::Unit;

// How far the figures of a run are carried (decode-model.md section 5).
TransferClass transfer_of(const EngineFit& fit, const EngineRun& run) {
  const auto known = [&](Effect effect) {
    return fit.index.contains(run.effects[static_cast<std::size_t>(effect)].name);
  };
  if (!known(Effect::memory_class)) return TransferClass::T4;
  if (!known(Effect::efficiency)) return TransferClass::T3;
  return known(Effect::device) ? TransferClass::T1 : TransferClass::T2;
}

// Draws of the effects: normal, with their covariance.
std::vector<EffectValues> drawn_effects(const EngineFit& fit, const EngineRun& run, std::size_t draws) {
  const auto covariance = effect_covariance(fit, run.effects);
  Eigen::MatrixXd matrix(effect_count, effect_count);
  for (std::size_t a = 0; a < effect_count; ++a)
    for (std::size_t b = 0; b < effect_count; ++b) matrix(a, b) = covariance[a][b];
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  const Eigen::MatrixXd root = solver.eigenvectors() * solver.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal();
  Eigen::MatrixXd normal(effect_count, draws);
  for (std::size_t e = 0; e < effect_count; ++e) {
    const std::vector<double> shares = stratified(seed, "effect " + std::to_string(e), draws);
    for (std::size_t i = 0; i < draws; ++i) normal(e, i) = standard_normal(shares[i]);
  }
  const Eigen::MatrixXd moved = root * normal;
  const EffectValues centre = effect_values(fit, run.effects);
  std::vector<EffectValues> all(draws, centre);
  for (std::size_t i = 0; i < draws; ++i)
    for (std::size_t e = 0; e < effect_count; ++e) all[i][e] += moved(e, i);
  return all;
}

std::array<double, drawn_figures> as_array(const EngineFigures& f) {
  return {f.efficiency, f.per_layer, f.per_sequence, f.arithmetic, f.latency};
}

// Variance of the logarithm of the case's value, to first order, from effects that are chosen.
template <class Chosen>
double log_variance(const EngineFit& fit, const EngineRun& run, Chosen chosen) {
  const EffectValues centre = effect_values(fit, run.effects);
  const auto covariance = effect_covariance(fit, run.effects);
  const auto log_value = [&](const EffectValues& values) {
    return std::log(predicted_value(run, figures_of(values, run.age, run.ranks)));
  };
  const double base = log_value(centre);
  EffectValues slope{};
  for (std::size_t e = 0; e < effect_count; ++e) {
    if (!chosen(static_cast<Effect>(e)) || run.effects[e].name.empty()) continue;
    EffectValues moved = centre;
    moved[e] += 0.01;
    slope[e] = (log_value(moved) - base) / 0.01;
  }
  double variance = 0;
  for (std::size_t a = 0; a < effect_count; ++a)
    for (std::size_t b = 0; b < effect_count; ++b) variance += slope[a] * covariance[a][b] * slope[b];
  return std::max(0.0, variance);
}

// How prompts route and what a scheduler costs are in no profile.
bool outside_of_profile(Effect effect) {
  return effect == Effect::routing || effect == Effect::load || effect == Effect::mixture;
}

double scatter_of(const EngineFit& fit, const EngineRun& run) {
  const auto found = fit.residual.find(residual_class(*run.measured));
  return found == fit.residual.end() ? 0.3 : found->second;
}

}  // namespace

results::Profile engine_profile(const EngineFit& fit, const EngineRun& run, std::size_t draws) {
  constexpr Unit units[] = {Unit::one, Unit::second, Unit::second, Unit::one, Unit::second};
  const auto centre = as_array(figures_of(effect_values(fit, run.effects), run.age, run.ranks));
  results::Profile profile;
  profile.machine = run.measured->device;
  for (const EffectValues& effects : drawn_effects(fit, run, draws)) {
    const auto row = as_array(figures_of(effects, run.age, run.ranks));
    profile.draws.rows.emplace_back(row.begin(), row.end());
  }
  for (std::size_t i = 0; i < drawn_figures; ++i) {
    std::vector<double> values;
    for (const auto& row : profile.draws.rows) values.push_back(row[i]);
    std::sort(values.begin(), values.end());
    results::Parameter parameter;
    parameter.name = engine_parameters[i];
    parameter.unit = units[i];
    parameter.estimate = {centre[i], results::quantile(values, 0.05), results::quantile(values, 0.95)};
    parameter.source = results::Source::fitted;
    parameter.transfer = transfer_of(fit, run);
    parameter.evidence = fmt::format("{} published runs", fit.runs.size());
    profile.draws.columns.push_back(results::key(parameter));
    profile.parameters.push_back(std::move(parameter));
  }
  return profile;
}

double log_spread(const EngineFit& fit, const EngineRun& run) {
  return std::sqrt(log_variance(fit, run, [](Effect) { return true; }) + std::pow(scatter_of(fit, run), 2));
}

Predicted predict(const EngineFit& fit, const EngineRun& run, StepFunction step) {
  if (!run.refused.empty()) {
    Predicted none;
    none.refused = run.refused;
    return none;
  }
  const EffectValues centre = effect_values(fit, run.effects);
  const EngineFigures figures = figures_of(centre, run.age, run.ranks);
  const Workload workload = workload_with(run, figures);
  const results::Profile profile = engine_profile(fit, run, draw_count);
  const DrawnProjection drawn =
      project_with_draws_or_refuse(workload, run.design, profile, {.draws = draw_count, .seed = seed});
  Predicted predicted;
  predicted.transfer = transfer_of(fit, run);
  if (!drawn.projection.refused.empty() || drawn.seconds.empty()) {
    predicted.refused = drawn.projection.refused.empty() ? drawn.projection.reason : drawn.projection.refused;
    return predicted;
  }
  const std::vector<double> factors = discrepancy_factors(
      {.spread = std::sqrt(std::pow(scatter_of(fit, run), 2) + log_variance(fit, run, outside_of_profile)),
       .freedom = 4},
      draw_count, seed);
  // The draws that the projection took, for the prompts.
  const BoundDesign bound = bind(run.design, profile);
  const DrawShares shares = draw_shares(bound, draw_count, seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < draw_count; ++i) {
    const double prompt =
        run.prompt ? prefill_seconds(workload, resolve(values_in_draw(bound, shares, i), bound.design, bound.curve))
                   : 0;
    values.push_back(value_of(run, drawn.seconds[i], prompt, figures.load) * factors[i]);
  }
  std::sort(values.begin(), values.end());
  predicted.value = predicted_value(run, figures, step);
  predicted.low = std::min(predicted.value, results::quantile(values, 0.05));
  predicted.high = std::max(predicted.value, results::quantile(values, 0.95));
  predicted.bound = drawn.projection.bound_by;
  return predicted;
}

std::size_t others_of_class(const EngineFit& fit, const Case& measured, const Catalogue& catalogue) {
  const auto device_class = [&](const Case& c) {
    const Entry& device = find(catalogue, Kind::device, c.device);
    return c.decoding().family + '|' + memory_class(device) + '|' + word(device, "vendor") +
           (c.group == Group::maxload ? "|load" : "");
  };
  const std::string wanted = device_class(measured);
  std::set<std::string> devices;
  for (const Case* other : fit.runs) {
    if (other->device != measured.device && device_class(*other) == wanted) devices.insert(other->device);
  }
  return devices.size();
}

}  // namespace sextant::analysis
