// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "probes/probe/spin.hpp"

namespace sextant::probes {

// A barrier without a place where all meet: in round r each member tells the one 2^r places on and hears from the one
// 2^r places before, so that after ceil(log2 n) rounds each has heard from all. Where many processors fight for one
// counter this is the faster one. Mellor-Crummey and Scott, ACM TOCS 9(1), 1991, section 3.3, with the number of the
// phase in place of sense and parity.
class DisseminationBarrier {
 public:
  explicit DisseminationBarrier(int members) : members_(std::size_t(members)) {
    while (std::size_t(1) << rounds_ < members_) ++rounds_;
    heard_ = std::vector<Heard>(members_ * rounds_);
    phases_ = std::vector<Phase>(members_);
  }

  void arrive_and_wait(int member) {
    const auto mine = std::size_t(member);
    const std::uint32_t phase = ++phases_[mine].number;
    for (std::size_t round = 0; round < rounds_; ++round) {
      const std::size_t to = (mine + (std::size_t(1) << round)) % members_;
      heard_[to * rounds_ + round].phase.store(phase, std::memory_order_release);
      // A partner may already be one phase further; the difference holds when the number overflows.
      const auto& from = heard_[mine * rounds_ + round].phase;
      spin_until([&] { return std::int32_t(from.load(std::memory_order_acquire) - phase) >= 0; });
    }
  }

 private:
  struct alignas(64) Heard {
    std::atomic<std::uint32_t> phase = 0;
  };
  struct alignas(64) Phase {
    std::uint32_t number = 0;
  };

  std::size_t members_, rounds_ = 0;
  std::vector<Heard> heard_;   // per member and round
  std::vector<Phase> phases_;  // per member
};

}  // namespace sextant::probes
