// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/record/profile.hpp"
#include "results/record/run.hpp"

namespace sextant::analysis {

// Whether a parameter came from a point: its name begins with the probe's, and the point lies where the parameter's
// validity says ("type=int8 footprint=65536", "bytes=8..32768"); an axis that the validity does not name may have any
// value. "bytes" is that of the sample where the point has no such axis.
bool feeds(const results::Measurement& measurement, const results::Parameter& parameter);

// Runs and rows that a parameter came from, and the citation where they were published.
std::string evidence(const std::vector<results::Run>& runs, const results::Parameter& parameter);

// The text of a fact of the environment; null when the run does not have it.
const std::string* fact(const results::Run& run, std::string_view key);

// Whether the run holds figures that somebody published, by the citations in its environment.
bool published(const results::Run& run);

}  // namespace sextant::analysis
