// SPDX-License-Identifier: Apache-2.0
#pragma once

// Never a number without its interval.
namespace sextant::results {

struct Estimate {
  double value = 0;
  double low = 0;  // the lower end of the interval; equal to value when nothing is known about the spread
  double high = 0;
};

inline Estimate exactly(double value) { return {value, value, value}; }

}  // namespace sextant::results
