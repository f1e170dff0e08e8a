// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "probes/probe/probe.hpp"

namespace sextant::probes {

// Every probe that needs nothing but processors and memory.
std::vector<Probe> cpu_probes();

Probe memory_read();
Probe memory_latency();
Probe memory_loaded_latency();
Probe memory_gather();
Probe near_data_gemv();
Probe sync_barrier();
Probe overhead_dispatch();
Probe cpu_interference();

}  // namespace sextant::probes
