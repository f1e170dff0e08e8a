// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/model/workload.hpp"
#include "analysis/uncertainty/binding.hpp"

// What a projection and a comparison of two have in common: the split at the median values, and the values of every
// draw (decode-model.md section 6).
namespace sextant::analysis {

// DrawShares of the distribution of each figure. Joint draws of one profile all take the same row, so that their covariance
// survives.
struct DrawShares {
  std::vector<std::vector<double>> base, prior;  // [figure][draw]
  std::vector<double> row;                       // [draw]
};

// The same seed and number of draws give figures of one identity the same shares in every design.
DrawShares draw_shares(const BoundDesign& bound, std::size_t draws, std::uint64_t seed);

// Every figure in one of the draws.
Values values_in_draw(const BoundDesign& bound, const DrawShares& shares, std::size_t draw);

// The workload with the degrees it is projected with: those it states, or the fastest that fit on this hardware, which
// is the one at the median values. Draws keep them: a machine is not taken apart for every draw. Throws MissingParameter
// for stated degrees that are impossible.
Workload with_split(const Workload& wanted, const Design& design, const Hardware& hardware);

}  // namespace sextant::analysis
