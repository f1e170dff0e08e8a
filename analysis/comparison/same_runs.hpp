// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/comparison/comparison.hpp"

namespace sextant::analysis {

// The margin of a probe from runs known to be alike: every pair of runs at every point both have. Throws InvalidInput
// that says how many there are when they are fewer than twenty.
Margin margin_from_same_runs(const std::vector<Named>& runs, const std::string& probe);

}  // namespace sextant::analysis
