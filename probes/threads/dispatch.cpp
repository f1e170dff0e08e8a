// SPDX-License-Identifier: Apache-2.0
//
// overhead.dispatch: what an operation costs before it does anything.
//
// What is measured: a leader hands empty operations to threads that already run, takes its own share of each, and waits
//   until all shares are done: what a CPU inference engine pays for each of the hundreds of operations of a token. With
//   one thread it is the price of the call. `operations` of them make a layer. The kinds differ in how threads wait:
//     spin       on the next operation, always: as engines do; a layer is then nothing but its operations
//     condition  asleep on a condition variable, woken for every operation
//     pool       asleep on the queue of a pool of threads, each share a task of its own that wakes one of them
//     sleep      asleep between layers, spinning within one: a layer costs one wake-up, whatever it holds
//   The latency is that of one operation, the extra column `layer` that of all operations of a layer.
// How bytes are counted: none are. An operation is one dispatch, executed by every thread.
// What would make it wrong: fewer free processors than threads, as for sync.barrier. A thread that has just lain down is
//   woken faster than one whose processor has fallen into a deep sleep: all kinds but spin begin each layer as soon as
//   everybody sleeps, which is the least that a wake-up costs. That wait is not part of the time.
// How the answer is verified: every share counts the operations it was executed for and adds up their sequence numbers;
//   both must be exact, so none was left out, done twice, or done in place of another.
// Where the method comes from: the fork-join overhead of the EPCC OpenMP microbenchmarks (Bull, EWOMP 1999).
#include <cmath>
#include <type_traits>
#include <vector>

#include "probes/axes.hpp"
#include "probes/kernels/fork_join.hpp"
#include "probes/kernels/sleeping_crews.hpp"
#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"
#include "probes/timed.hpp"

namespace sextant::probes {

namespace {

template <class Crew>
class Dispatch final : public Trial {
 public:
  Dispatch(Team& team, int operations, DispatchedOperation operation)
      : team_(team), operations_(operations), operation_(operation), tallies_(std::size_t(team.size())) {}

  Work run(std::uint64_t iterations) override {
    Crew crew(team_.size());
    double seconds = timed(team_, [&](int member) {
      if (member > 0) return void(crew.follow(member));
      for (std::uint64_t i = 0; i < iterations; ++i) layer(crew);
      crew.close();
    });
    if (!always_awake) seconds = std::exchange(seconds_, 0);
    const double layers = double(iterations);
    return {.operations = layers * operations_, .bytes = 0, .seconds = seconds, .extras = {seconds / layers}};
  }

  void verify() override {
    const std::uint64_t sum = sequence_ % 2 ? (sequence_ + 1) / 2 * sequence_ : sequence_ / 2 * (sequence_ + 1);
    for (const Tally& tally : tallies_) {
      if (tally.executed != sequence_ || tally.sequences != sum) {
        throw WrongAnswer("overhead.dispatch: a share was not executed exactly once for every operation");
      }
    }
  }

 private:
  static constexpr bool always_awake = std::is_same_v<Crew, ForkJoin>;  // no rests to leave out of the time

  void layer(Crew& crew) {
    if constexpr (always_awake) {
      operations(crew);
    } else {
      crew.rest();
      const double begin = clock_();
      crew.begin_layer();
      operations(crew);
      crew.end_layer();
      seconds_ += clock_() - begin;
    }
  }

  void operations(Crew& crew) {
    for (int i = 0; i < operations_; ++i) {
      ++sequence_;  // published to the followers by the dispatch
      crew.dispatch(execute, this);
    }
  }

  static void execute(void* state, int share) {
    auto& self = *static_cast<Dispatch*>(state);
    self.operation_(self.tallies_[std::size_t(share)], self.sequence_);
  }

  const Clock clock_ = monotonic_clock();
  Team& team_;
  int operations_;  // of a layer
  DispatchedOperation operation_;
  std::vector<Tally> tallies_;  // per share
  std::uint64_t sequence_ = 0;
  double seconds_ = 0;  // of the layers of a run
};

Point point_of(const char* kind, double operations, double threads) {
  return {{"kind", kind}, {"operations", operations}, {"threads", threads}};
}

// The kinds with all threads: how a wait costs, and what a layer of many operations saves.
std::vector<Point> with_all_threads(const Machine& machine, bool quick) {
  const auto all = double(machine.processors.size());
  if (all < 2) return {};
  if (quick) return {point_of("condition", 1, all)};
  std::vector<Point> points;
  for (const char* kind : {"spin", "condition", "pool", "sleep"}) {
    for (const double operations : {1, 10, 100}) {
      if (kind != std::string("spin") || operations > 1) points.push_back(point_of(kind, operations, all));
    }
  }
  return points;
}

}  // namespace

void tally(Tally& tally, std::uint64_t sequence) {
  ++tally.executed;
  tally.sequences += sequence;
}

std::unique_ptr<Trial> dispatch_trial(Workspace& workspace, const Point& point, DispatchedOperation operation) {
  const double operations = point.number("operations");
  if (!(operations >= 1 && operations <= 1e6 && operations == std::floor(operations))) {
    throw Unavailable("overhead.dispatch.operations must be a whole number from 1 to 1000000");
  }
  Team& team = workspace.team(int(point.number("threads")));
  const std::string& kind = point.word("kind");
  if (kind == "spin") return std::make_unique<Dispatch<ForkJoin>>(team, int(operations), operation);
  if (kind == "condition") return std::make_unique<Dispatch<ConditionCrew>>(team, int(operations), operation);
  if (kind == "pool") return std::make_unique<Dispatch<PoolCrew>>(team, int(operations), operation);
  if (kind == "sleep") return std::make_unique<Dispatch<LayerCrew>>(team, int(operations), operation);
  throw Unavailable("overhead.dispatch knows the kinds spin, condition, pool and sleep, not '" + kind + "'");
}

Probe overhead_dispatch() {
  return {
      .name = "overhead.dispatch",
      .summary = "Seconds to hand one empty operation to all threads and to wait until every one has done it.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .sample_seconds = 0.005,  // a row and its counters cost some 30 us: less than 1 %
      .extras = {{"layer", Unit::second, "time of all operations of a layer"}},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        return {{"kind", Unit::text, words({"spin"}),
                 "how threads wait: spin; condition, pool: asleep before each operation; sleep: before each layer"},
                {"operations", Unit::one, numbers({1}), "of a layer, dispatched one by one"},
                threads_axis(machine, quick)};
      },
      .beside = with_all_threads,
      .available = [](const Machine&) { return Availability{}; },
      .prepare = [](Workspace& workspace, const Point& point) { return dispatch_trial(workspace, point); },
  };
}

}  // namespace sextant::probes
