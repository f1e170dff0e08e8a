// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/perf_counter.hpp"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "results/record/sample.hpp"

namespace sextant::probes {

double counted(const Count& before, const Count& after) {
  if (after.running <= before.running || after.enabled < before.enabled || after.value < before.value) {
    return results::not_available;
  }
  const double enabled = double(after.enabled - before.enabled), running = double(after.running - before.running);
  return double(after.value - before.value) * enabled / running;
}

PerfCounter::PerfCounter(std::uint32_t type, std::uint64_t config) {
  perf_event_attr wanted;
  std::memset(&wanted, 0, sizeof wanted);
  wanted.size = sizeof wanted;
  wanted.type = type;
  wanted.config = config;
  wanted.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  wanted.inherit = 1;  // which forbids groups, so each event is a counter of its own
  // User mode alone is what anybody may count, so that a row means the same with privileges and without.
  wanted.exclude_kernel = 1;
  wanted.exclude_hv = 1;
  const long opened = syscall(SYS_perf_event_open, &wanted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  descriptor_ = int(opened);
  if (opened < 0) error_ = errno;
}

PerfCounter::PerfCounter(PerfCounter&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), error_(other.error_) {}

PerfCounter& PerfCounter::operator=(PerfCounter&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(error_, other.error_);
  return *this;
}

PerfCounter::~PerfCounter() {
  if (descriptor_ >= 0) close(descriptor_);
}

Count PerfCounter::read() const {
  std::uint64_t words[3] = {};
  if (descriptor_ < 0 || ::read(descriptor_, words, sizeof words) != ssize_t(sizeof words)) return {};
  return {words[0], words[1], words[2]};
}

}  // namespace sextant::probes
