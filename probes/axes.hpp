// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/probe/probe.hpp"

// The axes that CPU probes share, cut to what the machine has.
namespace sextant::probes {

// Bytes the largest point may touch: a quarter of the free memory, at most `most`.
double largest_footprint(const Machine& machine, double most);

// Bytes in use, summed over all threads: `first`, then each value 2^step times the one before, up to `last`. Always
// holds `first`, so that a machine with too little memory skips a point with a sentence.
Axis footprint_axis(double first, double last, int step);

// `least` threads and all; between them the powers of two, unless quick. A machine with fewer processors gets `least`
// all the same, so that its point can be skipped with a sentence.
Axis threads_axis(const Machine& machine, bool quick, int least = 1);

// Axes with their usual value alone; other values stand in points beside the product. `pages` is transparent, `binding`
// compact, `placement` local.
Axis pages_axis();
Axis binding_axis();
Axis placement_axis();

// The values that are worth a point beside: page kinds other than transparent; scattered, where it differs from compact
// for this number of threads; "0:1" and its like for every node with processors times every node with memory, nothing on
// a machine with one node.
std::vector<Value> other_pages();
std::vector<Value> other_bindings(const Machine& machine, int threads);
std::vector<Value> other_placements(const Machine& machine);

}  // namespace sextant::probes
