// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "probes/probe/spin.hpp"

namespace sextant::probes {

// A centralised barrier on which the members spin: the last to arrive opens the next phase. The phase number plays the
// part of the reversed sense in Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
// multiprocessors", ACM TOCS 9(1), 1991, algorithm 7; it is what CPU inference engines use between operations.
class SpinBarrier {
 public:
  explicit SpinBarrier(int members) : members_(members) {}

  void arrive_and_wait() {
    const std::uint32_t phase = phase_.load(std::memory_order_relaxed);  // cannot move on before we arrive
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      return;
    }
    spin_until([&] { return phase_.load(std::memory_order_acquire) != phase; });
  }

 private:
  // Apart, so that late arrivals do not take the line from those who already watch the phase.
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<std::uint32_t> phase_{0};
  const int members_;
};

}  // namespace sextant::probes
