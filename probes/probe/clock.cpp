// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/clock.hpp"

#include <time.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "results/record/unit.hpp"

namespace sextant::probes {

Clock monotonic_clock() {
  return {[](void*) {
            timespec now{};
            clock_gettime(CLOCK_MONOTONIC, &now);
            return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
          },
          nullptr};
}

double elapsed(double begin, double end) {
  if (end < begin) {
    throw std::runtime_error("the clock went backwards by " + results::format(begin - end, results::Unit::second));
  }
  return end - begin;
}

ClockQuality measure(const Clock& clock) {
  constexpr int readings = 20000;
  double resolution = std::numeric_limits<double>::infinity();
  const double begin = clock();
  double previous = begin;
  for (int i = 0; i < readings; ++i) {
    const double now = clock();
    if (now > previous) resolution = std::min(resolution, now - previous);
    previous = now;
  }
  return {resolution, (previous - begin) / readings};
}

}  // namespace sextant::probes
