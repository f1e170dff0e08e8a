// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "probes/probe/probe.hpp"
#include "storage/files/test_file.hpp"

namespace sextant::storage {

probes::Probe sustained();

struct SustainedPoint {
  Access access;
  std::uint64_t span;   // bytes of the file that are moved, over and over, in order
  std::uint64_t block;  // bytes per request
  unsigned depth;       // requests in flight; twice as many blocks must lie in the span
  double duration;      // seconds of one iteration
};

// One request on its way to the kernel. A test bends it to prove that verify() notices.
struct Move {
  std::uint64_t number;  // of the trial, from 0
  std::span<std::byte> memory;
  std::uint64_t offset;
  bool sent = true;  // false: counted as done without being asked for
};
using MoveFault = std::function<void(Move&)>;

// The trial of one point. Throws probes::Unavailable when the file, the ring or the memory cannot be had.
std::unique_ptr<probes::Trial> sustained_trial(probes::Workspace& workspace, const SustainedPoint& point,
                                               Medium medium = Medium::device, MoveFault fault = {});

}  // namespace sextant::storage
