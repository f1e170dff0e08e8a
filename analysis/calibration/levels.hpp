// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sextant::analysis {

// A plateau of a curve: positions begin to end - 1.
struct Level {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const Level&, const Level&) = default;
};

// Splits a curve of positive values that rises in steps (latency against footprint) into its plateaus, ascending. What
// lies between two plateaus alone, on the way up from one to the other, belongs to neither.
//
// Piecewise constant in the logarithm, exact, by dynamic programming (Jackson et al., IEEE Signal Processing Letters
// 12(2), 2005), the number of pieces by a penalty of 2 log n each. The noise of a point within its level is at least 15 %:
// shared caches and page walks make plateaus slope by that much; where the curve itself is noisier, that noise, from the
// median of its second differences. A single point away from both its neighbours is drawn to the nearer first: a disturbed
// measurement is no level.
std::vector<Level> find_levels(std::span<const double> values);

}  // namespace sextant::analysis
