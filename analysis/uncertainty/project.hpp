// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/designs/design.hpp"
#include "analysis/model/projection.hpp"
#include "analysis/model/workload.hpp"
#include "analysis/uncertainty/binding.hpp"
#include "analysis/uncertainty/discrepancy.hpp"
#include "results/record/profile.hpp"

namespace sextant::analysis {

struct ProjectionOptions {
  std::size_t draws = 1024;
  std::uint64_t seed = 1;            // the same seed compares designs under the same draws of what they share
  Discrepancies discrepancies = {};  // the error of the model's form, by transfer class; none where empty
};

// One workload on one design: quantiles over draws, terms at the medians, what bounds the step, what decides the
// spread. Throws MissingParameter when the design refers to a parameter that the profile does not have or that its
// calibration refused.
Projection project(const Workload& workload, const Design& design, const results::Profile& profile,
                   const ProjectionOptions& options = {});

// The same, but a missing parameter costs only this answer: it says why in `refused`, has fits = false and no figures.
Projection project_or_refuse(const Workload& workload, const Design& design, const results::Profile& profile,
                             const ProjectionOptions& options = {});

// With the seconds per token of every draw, the error of the model's form included, for comparisons draw by draw
// (paired.hpp); none where nothing fits.
struct DrawnProjection {
  Projection projection;
  std::vector<double> seconds;
};
DrawnProjection project_with_draws(const Workload& workload, const Design& design, const results::Profile& profile,
                                   const ProjectionOptions& options = {});
DrawnProjection project_with_draws_or_refuse(const Workload& workload, const Design& design,
                                             const results::Profile& profile, const ProjectionOptions& options = {});

}  // namespace sextant::analysis
