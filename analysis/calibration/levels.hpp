// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sextant::analysis {

// Splits a curve of positive values (latency against footprint) into levels: piecewise constant in the logarithm, the
// number of pieces by a penalty of 2 log n each, the noise of a point within its level taken as 15 % (shared caches and
// page walks make plateaus slope by that much). Returns the first index of each level. Exact, by dynamic programming.
std::vector<std::size_t> find_levels(std::span<const double> values);

}  // namespace sextant::analysis
