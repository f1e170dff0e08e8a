// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/comparison/comparison.hpp"

namespace sextant::analysis {

// The version of Sextant that measured; empty where the record does not say.
std::string version_of(const results::Run& run);

// What has to be known of two runs before their ratios are believed, the gravest first.
std::vector<std::string> notes_on(const Named& a, const Named& b);

// "A not converged", "B contended": what makes a side of a row doubtful.
std::vector<std::string> marks_of(const results::Measurement& a, const results::Measurement& b);

}  // namespace sextant::analysis
