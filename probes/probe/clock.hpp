// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sextant::probes {

// Where seconds come from. A value with one function, so that a test can script it.
struct Clock {
  double (*now)(void* state) = nullptr;
  void* state = nullptr;
  double operator()() const { return now(state); }
};

// Seconds from one reading to a later one. Throws std::runtime_error when the clock went backwards in between: a time
// that cannot be is no result.
double elapsed(double begin, double end);

Clock monotonic_clock();  // CLOCK_MONOTONIC, seconds

struct ClockQuality {
  double resolution;  // smallest non-zero step seen, seconds
  double cost;        // seconds per reading
};
ClockQuality measure(const Clock& clock);

}  // namespace sextant::probes
