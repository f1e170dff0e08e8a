// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "probes/kernels/spin_barrier.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/team.hpp"

namespace sextant::probes {

// Runs work(member) on the whole team and returns the seconds from a moment when all were ready and none had begun to a
// moment when all were done. The cost of waking the team is thus left out; what is left of the synchronisation is two
// passages of a spinning barrier, below a microsecond for a few threads. `work` must not throw: the others would wait.
template <class Work>
double timed(Team& team, Work work) {
  const Clock clock = monotonic_clock();
  SpinBarrier barrier(team.size());
  double begin = 0, end = 0;
  const auto job = [&](int member) noexcept {
    barrier.arrive_and_wait();
    if (member == 0) begin = clock();
    barrier.arrive_and_wait();
    work(member);
    barrier.arrive_and_wait();
    if (member == 0) end = clock();
  };
  team.run(std::ref(job));  // by reference: a copy of the closure would be allocated
  return end - begin;
}

}  // namespace sextant::probes
