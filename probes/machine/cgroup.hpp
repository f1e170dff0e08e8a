// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "probes/machine/tree.hpp"

namespace sextant::probes {

// What the control group of this process leaves it. Absent where there is no limit or it cannot be read.
struct Cgroup {
  int version = 0;                     // 0: none found; 1; 2
  std::optional<double> cpu_quota;     // processors' worth of time
  std::optional<double> memory_limit;  // byte, the smallest on the way up
  std::optional<double> throttled;     // periods in which a quota has stopped the group or one above it
  std::optional<double> memory_room;   // byte, the smallest limit minus what is used and cannot be given back
};

Cgroup read_cgroup(const Tree& tree);

// Bytes of huge pages of this size ("2MB", "1GB") that the control groups still allow; absent without a limit.
std::optional<double> huge_page_room(const Tree& tree, std::size_t page);

}  // namespace sextant::probes
