// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "analysis/model/hardware.hpp"
#include "analysis/model/operators.hpp"
#include "analysis/model/workload.hpp"

// The time of one decode step: decode-model.md sections 4.2, 4.3, 4.5, 4.6 and 4.8. Pure arithmetic on fixed arrays: no
// allocation, no I/O, no exception.
namespace sextant::analysis {

// Where the time of a step goes. Every second of the step is in exactly one part.
enum class Part {
  weights,        // reading weights and activations
  cache,          // reading the KV cache
  compute,        // arithmetic that memory does not hide
  flash_latency,  // sense times of experts whose address came too late
  near_data,      // sending inputs to units near the memory, and collecting
  collective_latency,
  collective_transfer,
  fixed,  // launches, barriers, layers, sequences, the step itself
};
inline constexpr std::size_t part_count = 8;
inline constexpr const char* part_names[part_count] = {
    "weights",   "kv cache", "compute", "flash latency", "near data", "collective latency", "collective transfer",
    "fixed cost"};
inline constexpr const char* bound_names[part_count] = {
    "memory bandwidth",   "memory bandwidth",     "compute",   "flash latency", "near-data transfer",
    "collective latency", "collective bandwidth", "fixed cost"};

struct OperatorTime {
  Operator work;         // of one execution on one device
  double memory = 0;     // s of one execution, were memory alone to limit it
  double compute = 0;    // s of one execution, were arithmetic alone to limit it
  double exposed = 0;    // s of one execution: flash latency
  double near_data = 0;  // s of one execution: broadcast and collection
  double seconds = 0;    // s of all executions in the step, fixed cost apart
};

struct Step {
  double seconds = 0;
  std::array<OperatorTime, operation_count> operators{};
  std::array<double, part_count> parts{};  // s, summing to seconds
  double kernels = 0;                      // launched in the step
  double all_reduces = 0;                  // in the step
  double all_reduce_bytes = 0;             // of one
  CollectiveTime all_reduce;
  double needed = 0;       // byte a device must hold: weights and cache at full length
  double available = 0;    // byte it has, flash included
  double flash_share = 0;  // of the weights
  bool fits = true;
};

Step decode_step(const Workload& workload, const Hardware& hardware);

// The part of the step that is longest, memory taken as one: "memory bandwidth", "fixed cost", ...
const char* bound_by(const Step& step);

// One time out of two that overlap imperfectly: (m^p + c^p)^(1/p). p = 1 adds, p -> infinity takes the longer.
double overlapped(double memory, double compute, double p);

}  // namespace sextant::analysis
