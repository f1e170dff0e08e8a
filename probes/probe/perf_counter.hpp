// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sextant::probes {

// What a counter of the kernel stood at. Where there are more counters than the processor can hold they take turns:
// `running` is then less than `enabled`.
struct Count {
  std::uint64_t value = 0;
  std::uint64_t enabled = 0;  // ns since it was asked for, summed over the threads it follows
  std::uint64_t running = 0;  // ns of these in which it counted
};

// What was counted between two readings, scaled to the whole time by the share in which the counter ran. NaN when it
// did not run at all: nothing counted is not zero.
double counted(const Count& before, const Count& after);

// One counter of perf_event_open(2): the calling thread in user mode, and every thread that it and its descendants start
// from now on. A handle, move-only.
class PerfCounter {
 public:
  // `type` and `config` are the kernel's (PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES). Never throws; error() says
  // why it could not be had.
  PerfCounter(std::uint32_t type, std::uint64_t config);
  PerfCounter(PerfCounter&& other) noexcept;
  PerfCounter& operator=(PerfCounter&& other) noexcept;
  ~PerfCounter();

  int error() const { return error_; }  // errno of the opening, 0 where it counts
  Count read() const;                   // all zero where it cannot be read, so that counted() is NaN

 private:
  int descriptor_ = -1;
  int error_ = 0;
};

}  // namespace sextant::probes
