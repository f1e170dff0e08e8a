// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/sweep/space.hpp"
#include "analysis/uncertainty/paired.hpp"
#include "analysis/uncertainty/project.hpp"
#include "results/record/profile.hpp"

// The answer at each point of a sweep, and against each baseline.
namespace sextant::analysis {

// Calls work(i) for every i below n, on as many threads as the machine has processors; work must not touch what another
// call touches. The first exception is thrown again when all have ended.
void in_parallel(std::size_t n, const std::function<void(std::size_t)>& work);

struct Answer {
  SpacePoint point;
  Projection projection;
  std::vector<Paired> against;  // in the order of the baselines: this design's time over theirs
};

// Seconds per token of every draw, of each situation on each baseline: [situation][baseline][draw]; none where it does
// not fit.
using BaselineDraws = std::vector<std::vector<std::vector<double>>>;
BaselineDraws baseline_draws(const Space& space, const results::Profile& profile, const ProjectionOptions& options);

Answer answer_at(const Space& space, const SpacePoint& point, const BaselineDraws& baselines,
                 const results::Profile& profile, const ProjectionOptions& options);

}  // namespace sextant::analysis
