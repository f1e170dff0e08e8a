// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

// Compute units beside the memory, each reading its own shard: decode-model.md section 4.6. Processing in memory
// (a unit a bank), near memory (a unit a stack, a package, a card) and logic under a stack differ in figures only.
namespace sextant::analysis {

struct NearMemory {
  double units = 1;              // of one device; 1 = none
  double unit_bandwidth = 0;     // byte/s of a unit's own shard, efficiencies applied
  double unit_flops = 0;         // flop/s of a unit
  double imbalance = 0;          // slowest shard over mean, minus 1, beyond what division into whole parts causes
  double link_bandwidth = 0;     // byte/s of the fabric between the units of a device
  double synchronisation = 0;    // s for one level of a tree over the units
  double mode_switch = 0;        // s an operator, to let the units have the memory and to take it back
  double host_bandwidth = 0;     // byte/s of the link to a host that runs other operators; 0 = units hand on themselves
  bool multicast = true;         // the fabric sends one input to many units at once
  bool reduces_on_path = false;  // the fabric adds partial results where they meet
};

// One execution of an operator on all units of a device. Matrices: `inputs` and `outputs` are elements a row.
// Attention: `inputs` the query, `outputs` what it returns, `heads` the query heads and `groups` the sequences times KV
// heads, which are parts that need no adding up. Only units beyond `groups` divide a context and return partial
// outputs, each with its maximum and sum.
struct NearWork {
  double rows = 1;        // B
  double activation = 2;  // b_a, byte
  double inputs = 0;      // elements a row
  double outputs = 0;     // elements a row
  double bytes = 0;       // of weights or cache in all shards together
  double flops = 0;       // of all units together
  double kernels = 1;     // synchronised one by one
  double heads = 0;       // attention only
  double groups = 0;      // attention only; 0 = a matrix
};

// The units divided as input_parts x output_parts: 1 x n by columns (outputs), n x 1 by rows (inputs), both else.
struct NearTime {
  double memory = 0;           // s of the slowest unit, were reading alone to limit it
  double compute = 0;          // s of the slowest unit, were arithmetic alone to limit it
  double broadcast = 0;        // s to send the inputs
  double collect = 0;          // s to return outputs, partial ones where inputs are divided
  double synchronisation = 0;  // s, ceil(log2 n) levels a kernel
  double mode_switch = 0;      // s
  double host = 0;             // s over the link to the host: inputs down and outputs up
  double input_parts = 1;
  double output_parts = 1;
  double moved() const { return broadcast + collect + synchronisation + mode_switch + host; }
};

// The division with the least time is taken. Memory and compute of a unit are left apart, so that the caller combines
// them as it does everywhere (4.2).
NearTime near_data(const NearMemory& units, const NearWork& work);

// Shards of C_shard that hold `bytes`: Llama 3.1 405B in FP8 needs thousands of banks of 64 MB, a dozen stacks.
inline double shards_needed(double bytes, double shard_capacity) { return std::ceil(bytes / shard_capacity); }

// B_max = b_w F / (2 BW): rows that a unit multiplies while it reads a weight of b_w bytes. About 1 operation a byte
// serves one sequence in 16-bit weights; beyond B_max arithmetic limits.
inline double largest_batch(double weight_bytes, double flops, double bandwidth) {
  return weight_bytes * flops / (2 * bandwidth);
}

// Operators near the memory and operators of the host, of two halves of a batch that take turns: side by side where
// nothing stalls, one after the other where every access of the host waits for the units.
inline double interleaved(double near, double host, double blocking) {
  return std::max(near, host) + blocking * std::min(near, host);
}

// B*: the smallest whole batch up to `largest` at which the host is at least as fast as the units; infinite where there
// is none. Both are seconds as a function of the batch, and the host must not fall behind again once it has caught up.
template <class Near, class Host>
double crossover_batch(Near near, Host host, double largest) {
  auto host_wins = [&](double batch) { return host(batch) <= near(batch); };
  if (host_wins(1)) return 1;
  double low = 1;  // units win
  double high = 2;
  while (high < largest && !host_wins(high)) {
    low = high;
    high *= 2;
  }
  high = std::min(high, largest);
  if (!host_wins(high)) return std::numeric_limits<double>::infinity();
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (host_wins(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace sextant::analysis
