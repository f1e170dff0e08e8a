// SPDX-License-Identifier: Apache-2.0
//
// overhead.dispatch: what an operation costs before it does anything.
//
// What is measured: a leader hands an empty operation to threads that already run and spin for it, takes its own share,
//   and waits until all are done: what a CPU inference engine pays for each of the hundreds of operations of a token.
//   With one thread it is the price of the call.
// How bytes are counted: none are. An operation is one dispatch, executed by every thread.
// What would make it wrong: fewer free processors than threads, as for sync.barrier; a team that sleeps between
//   operations (a wake-up through the kernel costs tens of microseconds; engines do not do it, so neither does this).
// How the answer is verified: every thread counts the operations it executed and adds up their sequence numbers; both
//   must be exact, so none was left out, done twice, or done in place of another.
// Where the method comes from: the fork-join overhead of the EPCC OpenMP microbenchmarks (Bull, EWOMP 1999).
#include <vector>

#include "probes/axes.hpp"
#include "probes/kernels/fork_join.hpp"
#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

class Dispatch final : public Trial {
 public:
  Dispatch(Team& team, DispatchedOperation operation)
      : team_(team), operation_(operation), tallies_(std::size_t(team.size())) {}

  Work run(std::uint64_t iterations) override {
    ForkJoin fork_join(team_.size());
    const double seconds = timed(team_, [&](int member) {
      if (member > 0) return fork_join.follow(member);
      for (std::uint64_t i = 0; i < iterations; ++i) {
        ++sequence_;  // published to the followers by the dispatch
        fork_join.dispatch(execute, this);
      }
      fork_join.close();
    });
    return {.operations = double(iterations), .bytes = 0, .seconds = seconds};
  }

  void verify() override {
    const std::uint64_t sum = sequence_ % 2 ? (sequence_ + 1) / 2 * sequence_ : sequence_ / 2 * (sequence_ + 1);
    for (const Tally& tally : tallies_) {
      if (tally.executed != sequence_ || tally.sequences != sum) {
        throw WrongAnswer("overhead.dispatch: a thread did not execute every operation exactly once");
      }
    }
  }

 private:
  static void execute(void* state, int member) {
    auto& self = *static_cast<Dispatch*>(state);
    self.operation_(self.tallies_[std::size_t(member)], self.sequence_);
  }

  Team& team_;
  DispatchedOperation operation_;
  std::vector<Tally> tallies_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

void tally(Tally& tally, std::uint64_t sequence) {
  ++tally.executed;
  tally.sequences += sequence;
}

std::unique_ptr<Trial> dispatch_trial(Workspace& workspace, int threads, DispatchedOperation operation) {
  return std::make_unique<Dispatch>(workspace.team(threads), operation);
}

Probe overhead_dispatch() {
  return {
      .name = "overhead.dispatch",
      .summary = "Seconds to hand one empty operation to all threads and to wait until every one has done it.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,  // a row and its counters cost some 30 us: less than 1 %
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> { return {threads_axis(machine, quick)}; },
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace,
                    const Point& point) { return dispatch_trial(workspace, int(point.number("threads"))); },
  };
}

}  // namespace sextant::probes
