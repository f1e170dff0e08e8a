// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/canary.hpp"

#include <gtest/gtest.h>

#include <cmath>

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
