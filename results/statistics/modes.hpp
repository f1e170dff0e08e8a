// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

namespace sextant::results {

// Two groups of values where one median would describe neither.
struct Modes {
  double low, high;   // medians of the two groups
  double high_share;  // of the values
};

// The best split of the logarithms into two groups of at least a tenth each, when it explains more than 85 % of their
// variance and there are at least 20 values; empty otherwise. A normal distribution split in the middle explains 64 %,
// a uniform one 75 %: the 70 % of statistics.md section 2 would call the latter two modes, and samples of 60 exceed their
// share by a tenth. `sorted` ascending, above
// zero.
std::optional<Modes> modes(std::span<const double> sorted);

}  // namespace sextant::results
