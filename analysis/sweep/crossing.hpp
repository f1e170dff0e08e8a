// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

// Where one machine stops being faster than another as a figure changes.
namespace sextant::analysis {

// log(time / time of the other) at a value of the figure: below 0 is faster, -infinity where the other does not hold
// the model, +infinity where this one does not, NaN where neither does or nothing can be said.
using LogRatio = std::function<double(double)>;

struct Crossing {
  double value = 0;           // the figure where both take as long
  bool faster_below = false;  // faster below it, slower from it on; or the other way round
  bool capacity = false;      // not the times cross: on one side of it one of the two does not hold the model
};

struct AlongAxis {
  std::vector<double> ratios;  // log ratio at each value of the grid
  std::vector<Crossing> crossings;
};

// Every change of sign between neighbours of the ascending grid, by bisection to 0.01 % of the value. Nothing is taken
// for monotone: what changes twice between two neighbours is missed, so the grid decides what is seen. With `whole` only
// whole numbers are asked for, and the value is the first at which the new sign holds.
AlongAxis crossings(const std::vector<double>& grid, bool whole, const LogRatio& log_ratio);

}  // namespace sextant::analysis
