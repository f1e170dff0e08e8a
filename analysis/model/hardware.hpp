// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "analysis/model/collective.hpp"
#include "analysis/model/workload.hpp"

// A machine as the equations see it: resolved figures of one device and of the group, SI units, efficiencies already
// applied.
namespace sextant::analysis {

// Memory that is read at random with no penalty worth naming: HBM, LPDDR, DRAM.
struct MemoryTier {
  double capacity = 0;   // byte a model may use, the reserve taken off
  double bandwidth = 0;  // byte/s that a long matrix-vector product reaches
  double half_size = 0;  // byte at which half of it is reached (section 4.2); 0 = in the fixed cost
};

// A flash tier beside the memory (section 4.5), read in pages after a sense time. capacity 0 = none.
struct FlashTier {
  double capacity = 0;
  double bandwidth = 0;   // byte/s, limited by planes, bus and requests in flight
  double sense_time = 0;  // t_R, what an address known too late costs
  double prediction = 0;  // share of expert choices known one layer ahead, 0..1
};

// Compute units beside the memory, each reading its own shard (section 4.6). units 1 = none.
struct NearData {
  double units = 1;            // of one device
  double imbalance = 0;        // slowest shard over mean, minus 1
  double link_bandwidth = 0;   // byte/s of the fabric between the units of a device
  double synchronisation = 0;  // s for one level of a tree over the units
};

// What a step costs however small its data are. Never silently zero: a design states each.
struct FixedCost {
  double per_operation = 0;  // s for each kernel that is started
  double per_layer = 0;      // s
  double per_sequence = 0;   // s for each sequence and layer
  double per_step = 0;       // s: sampling, scheduling
};

struct Hardware {
  double devices = 1;  // T, that share one model by tensor parallelism
  MemoryTier memory;
  FlashTier flash;
  std::array<double, arithmetic_count> compute{};  // flop/s a device reaches for B rows, from cache
  double overlap = 3;  // p of section 4.2: 1 = memory and compute add, large = the longer counts
  NearData near_data;
  FixedCost fixed;
  Interconnect interconnect;
};

}  // namespace sextant::analysis
