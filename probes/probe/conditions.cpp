// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/conditions.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>

namespace sextant::probes {

CounterReader::CounterReader() : schedstat_(std::fopen("/proc/thread-self/schedstat", "re")) {}

Counters CounterReader::operator()() const {
  Counters counters;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    counters.involuntary_switches = double(usage.ru_nivcsw);
    counters.major_faults = double(usage.ru_majflt);
  }
  // Time running, time waiting for a processor (both ns), slices.
  char text[96] = {};
  unsigned long long running = 0, waiting = 0;
  if (schedstat_ && pread(fileno(schedstat_.get()), text, sizeof text - 1, 0) > 0 &&
      std::sscanf(text, "%llu %llu", &running, &waiting) == 2) {
    counters.run_delay = 1e-9 * double(waiting);
  }
  timespec used{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0)
    counters.cpu_seconds = double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
  return counters;
}

results::Conditions between(const Counters& before, const Counters& after) {
  results::Conditions conditions;
  conditions.involuntary_switches = after.involuntary_switches - before.involuntary_switches;
  conditions.major_faults = after.major_faults - before.major_faults;
  conditions.run_delay = after.run_delay - before.run_delay;
  conditions.cpu_seconds = after.cpu_seconds - before.cpu_seconds;
  return conditions;
}

}  // namespace sextant::probes
