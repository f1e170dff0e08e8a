// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "probes/probe/clock.hpp"
#include "results/record/sample.hpp"

namespace sextant::probes {

struct PairSeconds {
  double message = results::not_available;   // a round trip of a line between the two processors: median of 16 batches
  double together = results::not_available;  // both write 4 MiB each past the caches and read them back, at once
};

// Fixed work of two processors together: what one alone cannot see. Where a virtual machine's processors lie changes
// while it runs, and with it what a message between them costs and whether two draw more from the memory than one
// (statistics.md, "States"). The threads are its own, so that the thread that asks stays where it is; they sleep between
// sets.
class CanaryPair {
 public:
  // The operating-system numbers of two processors that are ours. Takes 8 MiB and faults them in.
  CanaryPair(int first, int second);
  ~CanaryPair();
  CanaryPair(const CanaryPair&) = delete;
  CanaryPair& operator=(const CanaryPair&) = delete;

  // One set, about 0.5 ms; the caller sleeps meanwhile. Throws WrongAnswer when the work was not done,
  // std::runtime_error when the clock goes backwards, std::system_error where the threads cannot be bound.
  PairSeconds take(const Clock& clock);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sextant::probes
