// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

void one_operation_wrong(Tally& mine, std::uint64_t sequence) { tally(mine, sequence == 5 ? sequence + 1 : sequence); }
void one_operation_skipped(Tally& mine, std::uint64_t sequence) {
  if (sequence != 5) tally(mine, sequence);
}
void previous_operation_again(Tally& mine, std::uint64_t sequence) { tally(mine, sequence > 1 ? sequence - 1 : 1); }

Point point(const std::string& kind, double operations, double threads) {
  return {{"kind", kind}, {"operations", operations}, {"threads", threads}};
}

class DispatchKind : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Trial> trial(double operations, double threads, DispatchedOperation operation = tally) {
    return dispatch_trial(bench.workspace, point(GetParam(), operations, threads), operation);
  }
  Bench bench;
  const double all = double(std::min<std::size_t>(2, bench.machine.processors.size()));
};

TEST_P(DispatchKind, OneOperationWrongSkippedOrStaleIsCaught) {
  for (const double threads : {1.0, all}) {
    for (const double operations : {1.0, 3.0}) {
      expect_caught(trial(operations, threads, one_operation_wrong));
      expect_caught(trial(operations, threads, one_operation_skipped));
      expect_caught(trial(operations, threads, previous_operation_again));
      expect_sound(trial(operations, threads));
    }
  }
}

TEST_P(DispatchKind, ALayerIsItsOperations) {
  const auto ten = trial(10, all);
  const Work work = ten->run(4);
  EXPECT_EQ(work.operations, 40);
  ASSERT_EQ(work.extras.size(), 1u);
  EXPECT_DOUBLE_EQ(work.extras[0], work.seconds.value() / 4);
  EXPECT_EQ(ten->run(20).operations, 200);
  EXPECT_NO_THROW(ten->verify());
}

INSTANTIATE_TEST_SUITE_P(Threads, DispatchKind, testing::Values("spin", "condition", "pool", "sleep"));

TEST(Dispatch, EveryPointHasEveryAxisAndAllKindsAreTaken) {
  Machine machine = machine_with(256 * mebibyte);
  machine.processors = {0, 1, 2, 3};
  const Probe probe = overhead_dispatch();
  std::vector<std::string> kinds;
  for (const Point& each : probe.beside(machine, false)) {
    EXPECT_EQ(each.number("threads"), 4);
    EXPECT_GE(each.number("operations"), 1);
    kinds.push_back(each.word("kind"));
  }
  for (const char* kind : {"spin", "condition", "pool", "sleep"}) {
    EXPECT_NE(std::find(kinds.begin(), kinds.end(), kind), kinds.end()) << kind;
  }
  // What a calibration reads is among the axes' own points: spinning, one operation a layer, one thread and all.
  for (const bool quick : {true, false}) {
    const auto all = points(probe.axes(machine, quick));
    for (const double threads : {1, 4}) {
      EXPECT_NE(std::find(all.begin(), all.end(), point("spin", 1, threads)), all.end()) << threads;
    }
  }
  EXPECT_EQ(probe.beside(machine, true).size(), 1u);
  machine.processors = {0};
  EXPECT_TRUE(probe.beside(machine, false).empty());
}

TEST(Dispatch, SaysWhatItDoesNotKnow) {
  Bench bench;
  EXPECT_THROW(dispatch_trial(bench.workspace, point("telepathy", 1, 1)), Unavailable);
  EXPECT_THROW(dispatch_trial(bench.workspace, point("spin", 0, 1)), Unavailable);
  EXPECT_THROW(dispatch_trial(bench.workspace, point("spin", 1.5, 1)), Unavailable);
  EXPECT_THROW(dispatch_trial(bench.workspace, point("spin", 1, 1e4)), Unavailable);
}

}  // namespace
}  // namespace sextant::probes
