// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/conditions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "probes/kernels/canary.hpp"

namespace sextant::probes {
namespace {

double thread_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return double(used.tv_sec) + 1e-9 * double(used.tv_nsec);
}

TEST(CounterReader, CountsTheProcessorTimeOfWhatWasDoneInBetween) {
  const CounterReader read;
  const Counters before = read();
  const double begin = thread_seconds();
  std::uint64_t sum = 0;
  while (thread_seconds() - begin < 0.01) sum = add_chain(sum, 3, 16'000);
  const results::Conditions conditions = between(before, read());
  EXPECT_GE(conditions.cpu_seconds, 0.01);
  EXPECT_GE(conditions.involuntary_switches, 0);
  EXPECT_EQ(sum % 48'000, 0u);
}

TEST(CounterReader, ReadsTheWaitForAProcessorAnewEachTimeWhereTheKernelCountsIt) {
  if (!std::filesystem::exists("/proc/thread-self/schedstat")) GTEST_SKIP() << "the kernel keeps no schedstat";
  const CounterReader read;
  const double first = read().run_delay;
  ASSERT_FALSE(std::isnan(first));
  for (int i = 0; i < 1000; ++i) {
    std::ifstream file("/proc/thread-self/schedstat");
    double running = 0, waiting = -1;
    file >> running >> waiting;
    EXPECT_GE(1e-9 * waiting, first);
    EXPECT_GE(read().run_delay, 1e-9 * waiting);
  }
}

TEST(Conditions, AreTheDifferencesOfTwoReadings) {
  const Counters before{10, 2, 0.5, 7}, after{13, 2, 0.75, 9};
  const results::Conditions conditions = between(before, after);
  EXPECT_EQ(conditions.involuntary_switches, 3);
  EXPECT_EQ(conditions.major_faults, 0);
  EXPECT_EQ(conditions.run_delay, 0.25);
  EXPECT_EQ(conditions.cpu_seconds, 2);
  EXPECT_TRUE(std::isnan(between({}, after).run_delay));
}

}  // namespace
}  // namespace sextant::probes
