// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "analysis/model/exchanges.hpp"
#include "analysis/model/hardware.hpp"
#include "analysis/model/operators.hpp"
#include "analysis/model/placement.hpp"
#include "analysis/model/workload.hpp"

// The time of one decode step: decode-model.md sections 4.2 to 4.9. Pure arithmetic on fixed arrays: no allocation, no
// I/O, no exception.
namespace sextant::analysis {

// Where the time of a step goes. Every second of the step is in exactly one part.
enum class Part {
  weights,        // reading weights and activations
  cache,          // reading the KV cache, prefix and states
  compute,        // arithmetic that memory does not hide
  flash_latency,  // first bytes whose address came too late
  near_data,      // sending inputs to units near the memory, and collecting
  collective_latency,
  collective_transfer,
  fixed,  // launches, barriers, layers, sequences, the step itself
  draft,  // the small model of speculative decoding
  power,  // waiting because the machine may not use more power
};
inline constexpr std::size_t part_count = 10;
inline constexpr const char* part_names[part_count] = {
    "weights",    "kv cache",    "compute",  "flash latency", "near data", "collective latency", "collective transfer",
    "fixed cost", "draft model", "power cap"};
inline constexpr const char* bound_names[part_count] = {
    "memory bandwidth",   "memory bandwidth",     "compute",    "flash latency", "near-data transfer",
    "collective latency", "collective bandwidth", "fixed cost", "draft model",   "power"};

struct OperatorTime {
  Operator work;         // of one execution on one device
  double memory = 0;     // s of one execution, were memory alone to limit it
  double compute = 0;    // s of one execution, were arithmetic alone to limit it
  double exposed = 0;    // s of one execution: first bytes that nobody could ask for earlier
  double near_data = 0;  // s of one execution: broadcast and collection
  double launch = 0;     // s of one execution: starting its kernels, as far as it shows
  bool on_host = false;  // a host does it faster than the units near the memory
  double seconds = 0;    // s of all executions in the step, launches apart
};

struct ExchangeTime {
  Exchange exchange;
  CollectiveTime each;
  double seconds() const { return exchange.count * each.seconds(); }
};

struct Step {
  double seconds = 0;
  double tokens = 1;  // that the step brings to each sequence
  Parallelism parallelism;
  Share share;
  std::array<OperatorTime, operation_count> operators{};
  std::array<ExchangeTime, purpose_count> exchanges{};
  std::array<double, part_count> parts{};  // s, summing to seconds
  double kernels = 0;                      // launched in the step
  Objects resident{};                      // byte a device keeps, cache at full length
  Placement placement;
  double needed = 0;     // byte a device must keep
  double available = 0;  // byte it has
  bool fits = true;
  StepWork work;       // of the busiest device: bytes by tier, FLOP, bytes sent
  double active = 0;   // devices that work at the same time, times the micro-batches that each does in a step
  StepEnergy energy;   // J of the group; zeros where the hardware does not state what it uses
  double power = 0;    // W of a device, mean
  double clock = 1;    // share of the full clock that the power cap leaves arithmetic
  bool cooled = true;  // false: idle power alone is more than the cap

  double seconds_per_token() const { return seconds / tokens; }
  double bytes() const {
    double sum = 0;
    for (const double read : work.read) sum += read;
    return sum;
  }
};

// workload.parallelism resolved over hardware.devices; whether the split is possible is refusal()'s to say.
Step decode_step(const Workload& workload, const Hardware& hardware);

// The part of the step that is longest, memory taken as one: "memory bandwidth", "fixed cost", ...
const char* bound_by(const Step& step);

// One time out of two that overlap imperfectly: (m^p + c^p)^(1/p). p = 1 adds, p -> infinity takes the longer.
double overlapped(double memory, double compute, double p);

// Section 4.2, first order: t = bytes_W / BW_W + bytes_KV / BW_KV + L (t_layer + B t_seq) + collectives. For models of
// one kind of layer in one tier of memory, where arithmetic hides behind it; what it leaves out is in decode_step.
struct FirstOrder {
  double seconds = 0;
  double energy = 0;  // J of the group
  const char* bound = "";
};
FirstOrder first_order_step(const Workload& workload, const Hardware& hardware);

}  // namespace sextant::analysis
