// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "probes/machine/machine.hpp"
#include "probes/probe/perf_counter.hpp"
#include "probes/probe/powercap.hpp"
#include "probes/probe/probe.hpp"

namespace sextant::probes {

// What the processor counts beside the clock: cycles, instructions and cache misses of our threads in user mode, and
// the joules of the whole machine. They are of a whole call of Trial::run, with what a trial does before its clock
// starts; so they say what kind of work a sample was, and are no rates of their own. Empty where the machine gives none.

// The extra columns of a probe with meters, behind its own: cycles, instructions, cache_misses (1), joules (J).
inline constexpr std::size_t meter_count = 4;
std::vector<Column> meter_columns();

// The probe with these columns, which the sampler fills.
Probe with_meters(Probe probe);

// The meters of a launch, opened before its threads are started, because a thread is followed from its start.
class Meters {
 public:
  // Energy is read below `root`. Never throws: what cannot be had is not available.
  explicit Meters(const std::filesystem::path& root = "/");

  struct Reading {
    std::array<Count, 3> counts;
    EnergyZones::Reading microjoules;
  };
  void read(Reading& reading) const;  // allocates nothing

  // In the order of meter_columns(); NaN where not available.
  std::array<double, meter_count> between(const Reading& before, const Reading& after) const;

  // What is there and why not, as facts "meters.counters" and "meters.energy"; a warning where somebody can change it.
  void note(Environment& environment) const;

 private:
  std::vector<PerfCounter> counters_;  // three or, where processors of several kinds count apart, none
  EnergyZones energy_;
};

}  // namespace sextant::probes
