// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "results/statistics/comparison.hpp"

// How much two measurements of the same thing differ: a difference within that is called SAME (statistics.md 7).
namespace sextant::analysis {

struct Margin {
  double value = 0;    // of |log ratio|: 0.02 is 2 %
  std::string source;  // where it comes from, for people
};

// From the units that are compared: each side is split at random into halves, which measured the same thing. A side
// with fewer than four units has no halves; where neither has any, it is the least margin.
Margin margin_from_halves(const results::Units& a, const results::Units& b);

// From the pairs that are compared, the ratio of each, likewise: random halves of them saw the same difference.
Margin margin_from_pairs(std::span<const double> ratios);

// From pairs of A run against A, the ratio of each: what the median of `pairs` such pairs stays within. A comparison of
// many pairs is finer than one pair, and is judged by the margin of its own size.
Margin margin_from_same_pairs(std::span<const double> ratios, std::size_t pairs, std::uint64_t seed);

}  // namespace sextant::analysis
