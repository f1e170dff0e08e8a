// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <memory>

#include "results/record/sample.hpp"

namespace sextant::probes {

// Counters of the operating system at one moment; NaN where it does not give them.
struct Counters {
  double involuntary_switches = results::not_available;  // of the process (getrusage)
  double major_faults = results::not_available;          // of the process (getrusage)
  double run_delay = results::not_available;    // seconds the calling thread waited for a processor (schedstat)
  double cpu_seconds = results::not_available;  // processor time of the process, all threads (CLOCK_PROCESS_CPUTIME_ID)
};

// Reads the counters of the process and of the thread that made it, a microsecond or less a reading: the file of the
// thread stays open.
class CounterReader {
 public:
  CounterReader();
  Counters operator()() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> schedstat_;  // of the thread; null where the kernel has none
};

// What happened between two moments.
results::Conditions between(const Counters& before, const Counters& after);

}  // namespace sextant::probes
