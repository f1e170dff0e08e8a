// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "results/record/profile.hpp"
#include "results/record/run.hpp"

// From runs to a profile: every parameter with its interval, its source, its transfer class and the rows it came from.
namespace sextant::analysis {

struct CalibrationOptions {
  int draws = 1000;
  std::uint64_t seed = 1;
  int state = 0;  // of each run's states: 0 the main one, that with most measured time; then 1 and 2 (states.hpp)
};

// Fits everything the runs allow. All runs must be of one machine; where two hold the same point, the later run counts.
// What is not identified is in the profile with the reason of its refusal and no value (statistics.md section 8).
// Intervals are 95 %, from a bootstrap by launches (resampler.hpp): all parameters are fitted anew on each draw, so that
// the rows of `draws` keep their covariance. Samples of several states of the machine are not mixed: one state is
// fitted, and what another makes of a point is a parameter beside it. Throws results::InvalidInput when the runs are of
// different machines, hold nothing to fit or have no such state.
results::Profile calibrate(const std::vector<results::Run>& runs, const CalibrationOptions& options = {});

}  // namespace sextant::analysis
