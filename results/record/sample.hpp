// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace sextant::results {

inline constexpr double not_available = std::numeric_limits<double>::quiet_NaN();  // an empty cell in a file

enum class Stage { warmup, measure };

std::string_view name(Stage stage);
Stage stage_from_name(std::string_view name);  // throws std::invalid_argument

// What the operating system and the neighbours did to us while the sample was taken. NaN where nothing says.
struct Conditions {
  double involuntary_switches = not_available;  // getrusage, summed over the process
  double major_faults = not_available;
  double run_delay = not_available;    // seconds runnable but not running, /proc/self/schedstat
  double cpu_seconds = not_available;  // processor time of the process, all threads
  // Seconds that fixed work took at the last canaries before the sample (statistics.md section 3).
  double canary_compute = not_available;   // a chain of dependent additions: the clock, and processors taken away
  double canary_cache = not_available;     // a pointer chase in the second-level cache: the clock
  double canary_memory = not_available;    // a stream over 4 MiB: neighbours at the memory
  double canary_device = not_available;    // the probe's own device, where it has one: a 4 KiB read of a disk
  double canary_message = not_available;   // a round trip of a line between two processors
  double canary_together = not_available;  // two processors moving 4 MiB each at once
  // Largest factor, either way, between the canaries of computing, messages and moving together before the sample and
  // those after it: beyond state_factor (states.hpp) the machine changed its state meanwhile.
  double canary_change = not_available;
};

// One timed repetition.
struct Sample {
  double seconds = 0;     // wall time of the repetition, or the device's own time
  double operations = 0;  // what the probe counts as one: a load, a call, a request, a floating-point operation
  double bytes = 0;       // bytes the probe's head comment says it counts
  int launch = 0;         // which worker process
  int repetition = 0;     // counted within the launch
  Stage stage = Stage::measure;
  int cpu = -1;      // where the timing thread ran, -1 unknown
  double start = 0;  // seconds since the run began
  Conditions conditions;
  std::vector<double> extras;    // in the order of the probe's declared extra columns
  std::vector<double> requests;  // of single requests in it, where the probe tells of them; the first some hundred
};

}  // namespace sextant::results
