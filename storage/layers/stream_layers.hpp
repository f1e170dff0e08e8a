// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "probes/probe/probe.hpp"
#include "storage/layers/layer_order.hpp"
#include "storage/layers/layer_reader.hpp"
#include "storage/layers/weights.hpp"

namespace sextant::storage {

probes::Probe stream_layers();

struct StreamPoint {
  std::uint64_t span;      // bytes of the file that hold layers
  std::uint64_t layer;     // bytes, a multiple of block
  std::uint64_t prefetch;  // layers ahead of the one that is consumed; there is one buffer more
  Order order;
  double consumer;      // byte/s; 0: as fast as the kernel goes
  std::uint64_t block;  // bytes per request, a multiple of `page`
  unsigned depth;       // requests in flight
};

// What a test bends to prove that verify() notices.
struct StreamFaults {
  BlockFault block = {};
  Dot dot = dot_of_kernels();
  std::function<std::uint64_t(std::uint64_t step, std::uint64_t layer)> order = {};  // the layer that is taken instead
};

// The trial of one point. Throws probes::Unavailable when the file, the ring or the memory cannot be had.
std::unique_ptr<probes::Trial> stream_trial(probes::Workspace& workspace, const StreamPoint& point,
                                            Medium medium = Medium::device, StreamFaults faults = {});

}  // namespace sextant::storage
