// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/record/run.hpp"

// For tests.
namespace sextant::results {

// A small run with everything a folder can hold: two probes, words and numbers on the axes, an extra column, a skip,
// a launch that says what it cost and one that does not.
inline Run example_run() {
  Run run;
  run.provenance = {"box",
                    "20241124-1a2b3c",
                    "quick",
                    "2024-11-24T04:05:06Z",
                    18446744073709551615ull,
                    State::complete,
                    "CC-BY-4.0",
                    "",
                    {{"cpu.model", "Some, \"CPU\""}, {"cpu.cores", "2"}, {"memory.total", "4096"}},
                    {"boost is on"}};
  run.tables = {{"memory.read",
                 "Bytes read per second.",
                 {"bandwidth", Unit::byte_per_second},
                 {{"footprint", Unit::byte, "size"}, {"pattern", Unit::text, "order"}},
                 {{"joules", Unit::joule, "energy"}}},
                {"sync.barrier", "Seconds per barrier.", {"latency", Unit::second}, {{"threads", Unit::one, ""}}, {}}};
  run.topology_xml = "<topology/>\n";
  Measurement read{"memory.read",
                   {{"footprint", 16384.0}, {"pattern", "in order, fast"}},
                   {"bandwidth", Unit::byte_per_second},
                   Status::converged,
                   {.virtualised = true, .quick = true},
                   "",
                   {}};
  for (int i = 0; i < 12; ++i) {
    Sample sample;
    sample.seconds = 0.01 + 0.0001 * i;
    sample.operations = 256;
    sample.bytes = 1e9 / 3;
    sample.launch = i % 2;
    sample.repetition = i / 2;
    sample.start = 0.1 * i;
    sample.cpu = 1;
    if (i < 2) sample.stage = Stage::warmup;
    sample.conditions.major_faults = 0;
    sample.conditions.cpu_seconds = 0.01;
    sample.conditions.canary_compute = 1e-4 + 1e-7 * i;
    sample.extras = {i % 3 ? not_available : 0.25 * i};
    read.samples.push_back(sample);
  }
  run.measurements = {
      read,
      {"memory.read",
       {{"footprint", 32768.0}, {"pattern", "random"}},
       {"bandwidth", Unit::byte_per_second},
       Status::skipped,
       {},
       "Too little memory.",
       {}},
      {"sync.barrier", {{"threads", 2.0}}, {"latency", Unit::second}, Status::not_converged, {}, "Time was up.", {}}};
  run.launches = {{"memory.read", 0, 0, 1.5, 0.02, 0.01, 0.03}, {"memory.read", 1, 2, 1.25}};
  return run;
}

}  // namespace sextant::results
