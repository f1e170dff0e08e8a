// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "results/statistics/order_statistics.hpp"

// Is B slower than A? (statistics.md section 7). All figures are of times: a ratio above 1 says that B takes longer.
namespace sextant::results {

struct Ratio {
  double ratio = 1;           // of the medians, B over A
  double low = 1, high = 1;   // its 95 % interval
  double standard_error = 0;  // of its logarithm
  double freedom = 1;         // degrees of freedom of that error
  double p = 1;               // probability of a ratio as far from 1 when A and B are alike (two-sided, Student)
  int units_a = 0, units_b = 0;
};

// Independent launches of A and of B, at least two of each: the errors of the two medians add up (Welch). Values
// above zero, in any order.
Ratio ratio_of_medians(const Units& a, const Units& b);

// Pairs that were run next to each other: each ratio B/A of a pair is one unit, so that what disturbs both cancels. At
// least two pairs.
Ratio ratio_of_pairs(std::span<const double> ratios);

// P(B takes less time than A) + P(equal)/2 for one value of each at random: Mann-Whitney's U over the number of pairs,
// Vargha and Delaney's A. Both ascending, not empty.
double superiority(std::span<const double> a, std::span<const double> b);

enum class Verdict { same, faster, slower, inconclusive };
std::string_view name(Verdict verdict);  // "SAME", ...

// `margin` is the difference that does not matter, as a logarithm: an interval within it means SAME; one that leaves 1
// out, with an effect beyond the margin, FASTER or SLOWER; anything else is INCONCLUSIVE.
Verdict judge(const Ratio& ratio, double margin);

// Launches of each side that would decide, taking the interval to shrink with their square root and the effect to stay:
// until it lies within the margin, or leaves 1 out.
int deciding_units(const Ratio& ratio, double margin);

// Holm's adjustment of p values for their number, in the order given.
std::vector<double> holm(std::span<const double> p);

constexpr double least_margin = 0.00995033;  // the logarithm of 1.01

// The margin from |log ratio| of pairs known to be alike: their 95th percentile, at least 1 %. Empty input gives 1 %.
double margin_of(std::span<const double> log_ratios);

// |log ratio| between random halves of the units of one side, scaled to the full number of units: what A against A
// would give without running it again. `splits` of them; empty with fewer than four units.
std::vector<double> halves_apart(const Units& units, int splits);

}  // namespace sextant::results
