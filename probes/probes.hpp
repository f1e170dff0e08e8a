// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "probes/probe/probe.hpp"

namespace sextant::probes {

// Every probe that needs nothing but processors and memory.
std::vector<Probe> cpu_probes();

Probe memory_read();
Probe memory_latency();
Probe compute_fma();
Probe near_data_gemv();
Probe near_data_shard();
Probe near_data_pushdown();
Probe sync_core_to_core();
Probe sync_barrier();
Probe overhead_dispatch();
Probe cpu_interference();

}  // namespace sextant::probes
