// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "results/record/run.hpp"

namespace sextant::probes {

// What neighbours and limits have taken from us since the machine started, as the system counts it; or, between two
// readings, what they took meanwhile. Counted in steps of 10 ms at best, so it says something of a launch and nothing
// of a sample. NaN where the system does not say.
struct Noise {
  double steal = results::not_available;         // seconds the hypervisor gave to others, all processors (/proc/stat)
  double pressure_cpu = results::not_available;  // seconds in which some task waited (/proc/pressure, "some")
  double pressure_io = results::not_available;
  double pressure_memory = results::not_available;
  double throttled = results::not_available;  // periods in which a quota stopped the control group or one above it
};

// Read below `root`, so that captured trees test it. Never throws: what is missing or not understood is NaN.
Noise read_noise(const std::filesystem::path& root = "/");

Noise between(const Noise& before, const Noise& after);

void note(const Noise& noise, results::Launch& launch);  // into the launch's record

}  // namespace sextant::probes
