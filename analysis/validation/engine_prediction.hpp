// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/validation/engine_fit.hpp"
#include "analysis/validation/outcome.hpp"
#include "results/record/profile.hpp"

// A decode run predicted from a fit of others: its parameters as a profile, projected as the proposed designs are.
namespace sextant::analysis {

// The parameters of an engine on a device (engine_parameters) with joint draws of what the fit leaves open, and how far
// they were carried.
results::Profile engine_profile(const EngineFit& fit, const EngineRun& run, std::size_t draws);

// The median and the 90 % interval of the case's metric. The interval holds what the fit leaves open, and what runs of
// the same kind scattered beside it.
Predicted predict(const EngineFit& fit, const EngineRun& run, StepFunction step = decode_step);

// Standard deviation of the logarithm of the case's value that the fit leaves open, to first order, with the scatter of
// the fitted runs.
double log_spread(const EngineFit& fit, const EngineRun& run);

// Other devices of its class that were fitted: same engine family, vendor and class of memory, batches set by a scheduler
// or not alike. The case's device and family are catalogued.
std::size_t others_of_class(const EngineFit& fit, const Case& measured, const Catalogue& catalogue);

}  // namespace sextant::analysis
