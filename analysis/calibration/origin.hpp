// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/record/profile.hpp"
#include "results/record/run.hpp"

namespace sextant::analysis {

// Whether a parameter came from a point: its name begins with the probe's, and the point lies where the parameter's
// validity says ("type=int8 footprint=65536", "bytes=8..32768"); an axis that the validity does not name may have any
// value.
bool feeds(const results::Measurement& measurement, const results::Parameter& parameter);

}  // namespace sextant::analysis
