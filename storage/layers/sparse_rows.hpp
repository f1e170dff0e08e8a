// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "probes/probe/probe.hpp"
#include "storage/layers/sparse_plan.hpp"
#include "storage/layers/weights.hpp"

namespace sextant::storage {

probes::Probe sparse_rows();

struct SparsePoint {
  std::uint64_t span;  // bytes of the file that hold the layer; a multiple of chunk and of two rows
  Bundle bundle;
  std::uint64_t row;     // bytes; a multiple of `page` or a divisor of it, at least 256
  double sparsity;       // share of the neurons that a token leaves out
  std::uint64_t chunk;   // bytes per request, a multiple of `page`
  unsigned threads;      // that read, the calling one among them
  std::uint64_t window;  // tokens whose rows stay in memory
};

// What a test bends to prove that verify() notices.
struct SparseFaults {
  std::function<void(ReadPlan&)> plan = {};
  Dot dot = dot_of_kernels();
};

// The trial of one point. Throws probes::Unavailable when the file or the memory cannot be had.
std::unique_ptr<probes::Trial> sparse_trial(probes::Workspace& workspace, const SparsePoint& point,
                                            Medium medium = Medium::device, SparseFaults faults = {});

}  // namespace sextant::storage
