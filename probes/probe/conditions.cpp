// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/conditions.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <ctime>
#include <memory>

namespace sextant::probes {

namespace {

// /proc/thread-self/schedstat: time running, time waiting for a processor (both ns), slices.
double thread_run_delay() {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen("/proc/thread-self/schedstat", "r"));
  unsigned long long running = 0, waiting = 0;
  if (!file || std::fscanf(file.get(), "%llu %llu", &running, &waiting) != 2) return results::not_available;
  return 1e-9 * double(waiting);
}

}  // namespace

Counters read_counters() {
  Counters counters;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    counters.involuntary_switches = double(usage.ru_nivcsw);
    counters.major_faults = double(usage.ru_majflt);
  }
  counters.run_delay = thread_run_delay();
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
