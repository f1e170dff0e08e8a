// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/record/sample.hpp"

namespace sextant::probes {

// Counters of the operating system at one moment; NaN where it does not give them.
struct Counters {
  double involuntary_switches = results::not_available;  // of the process (getrusage)
  double major_faults = results::not_available;          // of the process (getrusage)
  double run_delay = results::not_available;    // seconds the calling thread waited for a processor (schedstat)
  double cpu_seconds = results::not_available;  // processor time of the process, all threads (CLOCK_PROCESS_CPUTIME_ID)
};

Counters read_counters();

// What happened between two moments.
results::Conditions between(const Counters& before, const Counters& after);

}  // namespace sextant::probes
