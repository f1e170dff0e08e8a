// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

namespace sextant::analysis {

// t(n) = intercept + slope * n, fitted to relative errors (each equation divided by its t) with Huber weights, so that
// 8 bytes count as much as 1 MiB and one disturbed size does not bend the line. Linear on purpose: a fit in logarithms
// could not come out negative, and a negative coefficient is how data say that the form is wrong (statistics.md section
// 8).
struct LineFit {
  double intercept = 0;
  double slope = 0;
  double inflation = 0;  // variance inflation of the two coefficients: above 30 they cannot be told apart
  double residual = 0;   // root mean square of the relative residuals
};

// At least two distinct n; sizes of n and t equal.
LineFit fit_line(std::span<const double> n, std::span<const double> t);

// First index of each piece of a piecewise fit (the first is 0).
using Breaks = std::vector<std::size_t>;

// One to `most` (at most three) pieces with breaks between measured sizes, at least `least` points and a factor of four in
// size in each, chosen by BIC on the relative residuals. n ascends; equal sizes stay in one piece.
Breaks choose_breaks(std::span<const double> n, std::span<const double> t, std::size_t least = 4, std::size_t most = 3);

// One piece of a piecewise fit, from its first measured size to its last.
struct Piece {
  double first = 0;
  double last = 0;
  LineFit line;
};
std::vector<Piece> fit_pieces(std::span<const double> n, std::span<const double> t, const Breaks& breaks);

// The time of a size: by the line of its piece; between the last size of a piece and the first of the next, where nobody
// measured which of them holds, the logarithm of time is interpolated in the logarithm of size. Outside all, the nearest
// piece goes on.
double time_at(std::span<const Piece> pieces, double n);

}  // namespace sextant::analysis
