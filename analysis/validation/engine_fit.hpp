// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/validation/engine_run.hpp"

// The effects behind published decode runs, fitted to all of them at once: partial pooling by normal priors, so that what
// few runs say is drawn towards its class and what no run says keeps the spread of its class.
namespace sextant::analysis {

// A normal distribution of the logarithms of all parameters, after the runs were seen.
struct EngineFit {
  std::map<std::string, std::size_t, std::less<>> index;  // of a parameter, by its name
  std::vector<double> centre;
  std::vector<std::vector<double>> covariance;
  // Scale of Student's distribution with four degrees between whose 5 % and 95 % lie nine in ten of the fitted runs'
  // log(predicted/measured), by what is known of a run (residual_class).
  std::map<std::string, double, std::less<>> residual;
  std::vector<const Case*> runs;  // fitted
};

// Maximum a posteriori by Gauss and Newton with Levenberg's damping, from the means of the priors: where it ends depends on
// these runs alone. Runs count with Student weights, so that a row that nothing explains does not bend the rest, and runs
// of one model on one device share a weight of the root of their number. Throws InvalidInput when there is no run.
EngineFit fit_engines(std::span<const EngineRun* const> runs, StepFunction step = decode_step);

// Runs that are alike in how much they scatter: batch 1, batches, batches set by a scheduler, and each again for tables
// that nobody curates.
std::string residual_class(const Case& measured);

// Values of a run's effects: fitted where the fit knows the parameter, else the mean of its prior.
EffectValues effect_values(const EngineFit& fit, const Effects& effects);

// Covariance of a run's effects: of the fit where it knows them, else the prior's.
std::array<std::array<double, effect_count>, effect_count> effect_covariance(const EngineFit& fit,
                                                                             const Effects& effects);

}  // namespace sextant::analysis
