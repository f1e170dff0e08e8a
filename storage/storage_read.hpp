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

probes::Probe storage_read();

enum class Pattern { sequential, random };

struct ReadPoint {
  std::uint64_t span;  // bytes of the file that are read
  Pattern pattern;
  std::uint64_t block;  // bytes per request, a multiple of `page`, at most span
  unsigned depth;       // requests in flight
};

// One request as it goes to the kernel. A test bends it to prove that verify() notices; nothing else looks inside.
struct Request {
  std::uint64_t number;  // of the trial, from 0
  std::span<std::byte> into;
  std::uint64_t offset;
  bool sent = true;  // false: counted as done without being asked for
};
using Fault = std::function<void(Request&)>;

// The trial of one point. Throws probes::Unavailable when the file, the ring or the memory cannot be had.
std::unique_ptr<probes::Trial> read_trial(probes::Workspace& workspace, const ReadPoint& point,
                                          Medium medium = Medium::device, Fault fault = {});

}  // namespace sextant::storage
