// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/canary.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <cmath>

#include "probes/machine/machine.hpp"

namespace sextant::probes {
namespace {

// A clock that goes on by one second at each reading, or back.
struct Ticking {
  double time = 0;
  double tick = 1;
  Clock clock() {
    return {[](void* state) {
              auto& self = *static_cast<Ticking*>(state);
              return self.time += self.tick;
            },
            this};
  }
};

TEST(Canaries, TakeTheirTimesFromTheClockTheyAreGiven) {
  Canaries canaries;
  Ticking ticking;
  const CanarySeconds seconds = canaries.take(ticking.clock());
  EXPECT_EQ(seconds.compute, 1);
  EXPECT_EQ(seconds.cache, 1);
  EXPECT_EQ(seconds.memory, 1);
  EXPECT_TRUE(std::isnan(seconds.device));  // that one is the probe's
  EXPECT_EQ(ticking.time, 6);               // once each, nothing repeated
}

TEST(Canaries, CheckTheirWorkSetAfterSet) {
  Canaries canaries;
  for (int set = 0; set < 20; ++set) EXPECT_NO_THROW(canaries.take(monotonic_clock()));
}

// Two processors of this machine; none where there is one.
std::vector<int> pair() {
  const std::vector<int> processors = detect_machine().processors;
  if (processors.size() < 2) return {};
  return {processors[0], processors[1]};
}

TEST(Canaries, OfOneProcessorKnowNothingOfTwo) {
  Canaries canaries({0});
  const CanarySeconds seconds = canaries.take(monotonic_clock());
  EXPECT_TRUE(std::isnan(seconds.message));
  EXPECT_TRUE(std::isnan(seconds.together));
}

TEST(Canaries, OfTwoProcessorsTakeTheirTimesFromTheClockToo) {
  if (pair().empty()) GTEST_SKIP() << "one processor: there is no pair";
  Canaries canaries(pair());
  Ticking ticking;
  for (int set = 0; set < 3; ++set) {
    const CanarySeconds seconds = canaries.take(ticking.clock());
    EXPECT_EQ(seconds.compute, 1);
    EXPECT_TRUE(seconds.message == 1.0 / 16 || std::isnan(seconds.message));  // 16 trips a batch, or no processor
    EXPECT_EQ(seconds.together, 1);
  }
  EXPECT_GT(canaries.take(monotonic_clock()).together, 0);
}

TEST(Canaries, OfTwoProcessorsLeaveTheirCallerWhereItIs) {
  if (pair().empty()) GTEST_SKIP() << "one processor: there is no pair";
  cpu_set_t before, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  {
    Canaries canaries(pair());
    canaries.take(monotonic_clock());
    ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  }
}

TEST(Canaries, OfTwoProcessorsRefuseAClockThatGoesBackwardsAndGoOn) {
  if (pair().empty()) GTEST_SKIP() << "one processor: there is no pair";
  CanaryPair canaries(pair()[0], pair()[1]);
  Ticking ticking{100, -2};
  EXPECT_THROW(canaries.take(ticking.clock()), std::runtime_error);
  EXPECT_GT(canaries.take(monotonic_clock()).together, 0);
}

TEST(Canaries, OfAProcessorThatDoesNotExistSayWhy) {
  CanaryPair canaries(0, 100000);
  EXPECT_THROW(canaries.take(monotonic_clock()), std::exception);
}

TEST(CanaryChange, IsTheLargestFactorEitherWayOfWhatHasStates) {
  CanarySeconds before{1e-4, 1e-4, 1e-4, 1, 1e-7, 4e-4}, after = before;
  EXPECT_EQ(change(before, after), 1);
  after.message = 2e-7;
  after.together = 3e-4;
  EXPECT_DOUBLE_EQ(change(before, after), 2);
  after.together = 1e-4;
  EXPECT_DOUBLE_EQ(change(before, after), 4);
  after = before;
  after.cache = after.memory = after.device = 5;  // a neighbour, not a state
  EXPECT_EQ(change(before, after), 1);
  EXPECT_TRUE(std::isnan(change({}, after)));
  after.message = after.together = results::not_available;
  after.compute = 1.1e-4;
  EXPECT_DOUBLE_EQ(change(before, after), 1.1);
}

TEST(Canaries, RefuseAClockThatGoesBackwards) {
  Canaries canaries;
  Ticking ticking{100, -2};
  try {
    canaries.take(ticking.clock());
    FAIL() << "a negative time was accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the clock went backwards by 2.00 s");
  }
}

TEST(Canaries, ACopyOfTheFunctionGoesOnWithTheSameWork) {
  TakeCanaries first = canaries();
  EXPECT_GT(first(monotonic_clock()).compute, 0);
  TakeCanaries copy = first;
  EXPECT_GT(copy(monotonic_clock()).memory, 0);
  EXPECT_GT(first(monotonic_clock()).cache, 0);
}

}  // namespace
}  // namespace sextant::probes
