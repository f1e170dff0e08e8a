// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "results/record/run.hpp"

namespace sextant::bench {

// What it costs to watch the machine while it is measured, in seconds of the run's wall time. Bookkeeping is what the
// workers spend on counters and rows, and what the supervisor spends between one process and the next.
struct Watching {
  double wall = 0;
  double canaries = 0;
  double bookkeeping = 0;
};

// From the processes of one call of supervise(), which took `wall` seconds. A process that was killed did not say what
// its canaries cost; it counts for nothing.
Watching watching(std::span<const results::Launch> launches, double wall);

std::string describe(const Watching& cost);  // "watching cost 1.4 % of 97 s: canaries 1.1 %, bookkeeping 0.3 %"

}  // namespace sextant::bench
