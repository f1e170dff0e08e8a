// SPDX-License-Identifier: Apache-2.0
#include "bench/watching.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sextant::bench {
namespace {

results::Launch process(double seconds, double canaries, double bookkeeping) {
  results::Launch launch;
  launch.seconds = seconds;
  launch.canary_seconds = canaries;
  launch.bookkeeping_seconds = bookkeeping;
  return launch;
}

TEST(Watching, CountsCanariesWorkersBookkeepingAndTheTimeBetweenProcesses) {
  const std::vector<results::Launch> launches{process(40, 0.5, 0.2), process(59, 0.6, 0.3)};
  const Watching cost = watching(launches, 100);
  EXPECT_DOUBLE_EQ(cost.canaries, 1.1);
  EXPECT_DOUBLE_EQ(cost.bookkeeping, 1.5);  // half a second in the workers, one between them
  EXPECT_EQ(describe(cost), "watching cost 2.6 % of 100 s: canaries 1.1 %, bookkeeping 1.5 %");
}

TEST(Watching, AProcessThatCouldNotSayCountsForNothing) {
  const std::vector<results::Launch> launches{process(10, results::not_available, results::not_available)};
  const Watching cost = watching(launches, 10);
  EXPECT_EQ(cost.canaries, 0);
  EXPECT_EQ(cost.bookkeeping, 0);
}

TEST(Watching, NothingMeasuredCostNothing) {
  EXPECT_EQ(describe(watching({}, 0)), "watching cost 0.0 % of 0 s: canaries 0.0 %, bookkeeping 0.0 %");
}

}  // namespace
}  // namespace sextant::bench
