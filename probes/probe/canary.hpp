// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "probes/kernels/chase.hpp"
#include "probes/probe/canary_pair.hpp"
#include "probes/probe/clock.hpp"
#include "probes/probe/workspace.hpp"
#include "results/record/sample.hpp"

namespace sextant::probes {

// Seconds that fixed work took; NaN where it was not done.
struct CanarySeconds {
  double compute = results::not_available;
  double cache = results::not_available;
  double memory = results::not_available;
  double device = results::not_available;
  double message = results::not_available;  // these two by two processors at once (canary_pair.hpp)
  double together = results::not_available;
};

// By how much the machine's state changed from one set to another: the largest factor, either way, between their
// seconds of computing, messages and moving memory together. NaN where they have none of these in common. What only says
// who else was there (the stream of one processor, the device) is not a state.
double change(const CanarySeconds& before, const CanarySeconds& after);

// Fixed work, done between samples by the thread that times them, on the processor where it is (statistics.md section
// 3). The amounts never change, within a run or between machines: a later set is compared with an earlier one, and
// seconds that differ say that somebody else was there, or that the clock rate is another. Done once each, not as the
// best of several: a neighbour is to be seen. The work before a set must not be seen, so the ring of the cache canary
// is walked once untimed, and the memory canary writes past the caches.
class Canaries {
 public:
  // Takes 6 MiB, faults them in and runs every kernel once, so that the first set is like the others: 1 to 2 ms. With
  // two processors or more the first two get threads that work as a pair.
  explicit Canaries(const std::vector<int>& processors = {});

  // One set, about 0.4 ms, and 0.5 ms for a pair. Throws WrongAnswer when the work was not done, std::runtime_error when the clock goes
  // backwards.
  CanarySeconds take(const Clock& clock);

 private:
  Pages pages_;
  std::span<std::uint64_t> stream_;
  const Stop* position_;
  std::uint64_t sum_ = 0;
  std::uint64_t sets_ = 0;
  std::optional<CanaryPair> pair_;
};

// How a launch takes its canaries: a test puts in seconds of its own, empty is none.
using TakeCanaries = std::function<CanarySeconds(const Clock&)>;
TakeCanaries canaries(std::vector<int> processors = {});  // the real ones, set up at the first call

}  // namespace sextant::probes
