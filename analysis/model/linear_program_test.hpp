// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

// A small dense simplex for tests: minimise cost x over x >= 0. Two phases and Bland's rule, so that it always ends;
// right for a few dozen variables of order one.
namespace sextant::analysis::testing {

enum class Relation { at_most, equal };

struct Row {
  std::vector<double> factors;
  Relation relation = Relation::at_most;
  double bound = 0;  // not negative
};

struct LinearProgram {
  std::vector<double> cost;
  std::vector<Row> rows;
};

// Reduces the last row of the tableau to non-negative factors, entering only columns that `may_enter`.
inline void descend(std::vector<std::vector<double>>& tableau, std::vector<std::size_t>& basis,
                    const std::vector<bool>& may_enter) {
  constexpr double tolerance = 1e-10;
  std::vector<double>& goal = tableau.back();
  const std::size_t bound = goal.size() - 1;
  for (;;) {
    std::size_t in = 0;
    while (in < bound && (!may_enter[in] || goal[in] >= -tolerance)) ++in;
    if (in == bound) return;
    std::size_t out = basis.size();
    double least = 0;
    for (std::size_t r = 0; r < basis.size(); ++r) {
      if (tableau[r][in] <= tolerance) continue;
      const double ratio = tableau[r][bound] / tableau[r][in];
      if (out == basis.size() || ratio < least - tolerance || (ratio < least + tolerance && basis[r] < basis[out])) {
        out = r;
        least = ratio;
      }
    }
    if (out == basis.size()) return;  // unbounded: no program here is
    const double pivot = tableau[out][in];
    for (double& v : tableau[out]) v /= pivot;
    for (std::size_t r = 0; r < tableau.size(); ++r) {
      const double factor = tableau[r][in];
      if (r == out || factor == 0) continue;
      for (std::size_t c = 0; c <= bound; ++c) tableau[r][c] -= factor * tableau[out][c];
    }
    basis[out] = in;
  }
}

// The least cost, or nothing where no x satisfies the rows.
inline std::optional<double> minimum(const LinearProgram& lp) {
  const std::size_t n = lp.cost.size();
  const std::size_t m = lp.rows.size();
  // Columns: variables, one slack or artificial variable a row, bound.
  std::vector<std::vector<double>> tableau(m + 1, std::vector<double>(n + m + 1, 0));
  std::vector<std::size_t> basis(m);
  for (std::size_t r = 0; r < m; ++r) {
    for (std::size_t c = 0; c < n; ++c) tableau[r][c] = lp.rows[r].factors[c];
    tableau[r][n + r] = 1;
    tableau[r][n + m] = lp.rows[r].bound;
    basis[r] = n + r;
  }
  std::vector<double>& goal = tableau.back();
  for (std::size_t r = 0; r < m; ++r) {  // phase one: the sum of the artificial variables
    if (lp.rows[r].relation != Relation::equal) continue;
    for (std::size_t c = 0; c < n; ++c) goal[c] -= tableau[r][c];
    goal[n + m] -= tableau[r][n + m];
  }
  std::vector<bool> may_enter(n + m, true);
  descend(tableau, basis, may_enter);
  if (goal[n + m] < -1e-7) return std::nullopt;
  for (double& v : goal) v = 0;
  for (std::size_t c = 0; c < n; ++c) goal[c] = lp.cost[c];
  for (std::size_t r = 0; r < m; ++r) {  // artificial variables must not come back; one still in the basis costs
    if (lp.rows[r].relation != Relation::equal) continue;
    may_enter[n + r] = false;
    goal[n + r] = 1e6;
  }
  for (std::size_t r = 0; r < m; ++r) {
    const double factor = goal[basis[r]];
    if (factor == 0) continue;
    for (std::size_t c = 0; c <= n + m; ++c) goal[c] -= factor * tableau[r][c];
  }
  descend(tableau, basis, may_enter);
  return -goal[n + m];
}

}  // namespace sextant::analysis::testing
