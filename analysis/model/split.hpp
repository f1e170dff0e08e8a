// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/decode.hpp"

// Choosing: the degrees of parallelism, and the batch. Sections 4.2 (batch limits) and 4.8.
namespace sextant::analysis {

struct Choice {
  Parallelism parallelism;
  Step step;
  int considered = 0;  // splits that the model allows
  bool fits = false;   // false: no split fits; then this is the one that lacks least
};

// The split of the hardware's devices with the shortest time a token among those that the model allows (refusal()) and
// the memory holds. Every way to write the number of devices as tensor x context x data x pipeline is tried, with every
// expert degree; equal times go to the one with more tensor parallelism. A few hundred evaluations for 64 devices.
Choice best_split(const Workload& workload, const Hardware& hardware);

// floor((C - W - reserve) / (S KV_tok)): the largest batch that fits with the workload's split; 0 = not even one.
double capacity_batch(const Workload& workload, const Hardware& hardware);

// The largest whole batch whose step takes no longer than `seconds` a token and fits; 0 = not even one. Times grow with
// the batch, so bisection finds it.
double batch_within(const Workload& workload, const Hardware& hardware, double seconds);

// B_crit = (b_w / 2) peak / BW: rows from which multiplying a weight takes longer than reading it (4.2).
double knee_batch(const Workload& workload, const Hardware& hardware);

}  // namespace sextant::analysis
