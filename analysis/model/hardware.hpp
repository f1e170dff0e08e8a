// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>

#include "analysis/model/jitter.hpp"
#include "analysis/model/near_data.hpp"
#include "analysis/model/placement.hpp"
#include "analysis/model/power.hpp"
#include "analysis/model/tier.hpp"
#include "analysis/model/two_level.hpp"
#include "analysis/model/wear.hpp"
#include "analysis/model/workload.hpp"

// A machine as the equations see it: resolved figures of one device and of the group, SI units, efficiencies already
// applied.
namespace sextant::analysis {

// Who starts the operations of a step, which decides what starting them costs (4.2).
enum class Execution {
  host_launched,  // a processor issues them one by one, ahead of the device while it is faster
  graph,          // recorded once, replayed by the device's front end
  persistent,     // one resident program, with a barrier between operations
  autonomous,     // the memory's own sequencer
};
inline constexpr const char* execution_names[] = {"host_launched", "graph", "persistent", "autonomous"};

// A processor that can do an operator instead of the units near its memory, over the memory's outside port (4.6).
struct Host {
  double bandwidth = 0;  // byte/s at which it reads that memory; 0 = there is none
  double compute = 0;    // flop/s
};

// What a step costs however small its data are. Never silently zero: a design states each.
struct FixedCost {
  Execution execution = Execution::graph;
  double per_operation = 0;  // s for each kernel that is started
  double per_layer = 0;      // s
  double per_sequence = 0;   // s for each sequence and layer
  double per_step = 0;       // s: sampling, scheduling
};

// What the devices of a collective wait for each other (4.8): delays of one mean, exponentially distributed.
struct Stragglers {
  double mean = 0;  // s; 0 = none
  Tolerance tolerance;
};

// How a tier that wears out is kept alive (4.5).
struct Wear {
  Endurance endurance;
  double rewrites_per_year = 0;  // because charge leaks
};

struct Hardware {
  double devices = 1;
  std::size_t tier_count = 1;
  std::array<Tier, max_tiers> tiers{};  // the first is the memory that activations and the cache live in
  std::array<double, max_tiers> cache_share{1, 1, 1, 1, 1, 1};  // of read_bandwidth that reading a cache reaches
  std::array<double, arithmetic_count> compute{};               // flop/s a device reaches, from cache
  double overlap = 3;  // p of section 4.2: 1 = memory and compute add, large = the longer counts
  NearMemory near_data;
  Host host;
  FixedCost fixed;
  TwoLevel network{.local = std::numeric_limits<double>::infinity(), .inner = {}, .outer = {}};  // one level
  Stragglers stragglers;
  double communication_overlap = 0;  // omega: share of the other time of a step that collectives hide behind (4.8)
  PowerFigures power;
  Cooling cooling;
  double hot = hot_dram;  // K from which the memory must refresh more often
  double refresh = 0;     // share of its bandwidth that this costs
  std::array<Wear, max_tiers> wear{};

  Tier& memory() { return tiers[0]; }
  const Tier& memory() const { return tiers[0]; }
  Interconnect& interconnect() { return network.inner; }
  const Interconnect& interconnect() const { return network.inner; }
  std::span<const Tier> used_tiers() const { return {tiers.data(), tier_count}; }
};

}  // namespace sextant::analysis
