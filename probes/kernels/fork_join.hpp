// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "probes/probe/spin.hpp"

namespace sextant::probes {

// Hands operations to threads that already run and spin for them, as CPU inference engines do between the operations of
// a graph: the leader publishes an operation by moving an epoch on, takes its own share, and spins until all are done.
class ForkJoin {
 public:
  using Operation = void (*)(void* state, int member);

  explicit ForkJoin(int members) : followers_(std::uint32_t(members - 1)) {}

  // Member 0: every member runs operation(state, member) once; returns when all have.
  void dispatch(Operation operation, void* state) {
    operation_ = operation;
    state_ = state;
    pending_.store(followers_, std::memory_order_relaxed);
    epoch_.fetch_add(1, std::memory_order_release);
    operation(state, 0);
    spin_until([&] { return pending_.load(std::memory_order_acquire) == 0; });
  }

  // Member 0: lets the followers return. They may come back; nothing may be dispatched before all have returned.
  void close() {
    operation_ = nullptr;
    epoch_.fetch_add(1, std::memory_order_release);
  }

  // Members 1 and up: run what is dispatched until close(). Who comes back says what the last call returned.
  std::uint64_t follow(int member, std::uint64_t seen = 0) {
    for (;;) {
      spin_until([&] { return epoch_.load(std::memory_order_acquire) != seen; });
      ++seen;
      if (!operation_) return seen;
      operation_(state_, member);
      pending_.fetch_sub(1, std::memory_order_release);
    }
  }

 private:
  // One line from the leader to the followers, one back.
  alignas(64) std::atomic<std::uint64_t> epoch_{0};
  Operation operation_ = nullptr;
  void* state_ = nullptr;
  const std::uint32_t followers_;
  alignas(64) std::atomic<std::uint32_t> pending_{0};
};

}  // namespace sextant::probes
