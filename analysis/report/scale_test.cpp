// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/scale.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace sextant::analysis {
namespace {

using results::Unit;
using testing::ElementsAre;

TEST(Ticks, PowersOfTwoCoverTheRangeAndAreThinnedEvenly) {
  EXPECT_THAT(ticks_log2(4, 64, 12), ElementsAre(4, 8, 16, 32, 64));
  EXPECT_THAT(ticks_log2(1024, 1048576, 6), ElementsAre(1024, 4096, 16384, 65536, 262144, 1048576));
  EXPECT_THAT(ticks_log2(5, 40, 12), ElementsAre(8, 16, 32));
}

TEST(Ticks, OneTwoFiveOnALogarithmicAxis) {
  EXPECT_THAT(ticks_log10(1, 20, 12), ElementsAre(1, 2, 5, 10, 20));
  EXPECT_THAT(ticks_log10(0.9e-9, 1.1e-3, 8), testing::SizeIs(7));  // 1 ns to 1 ms, decades only
  for (const double tick : ticks_log10(3, 1e12, 5)) EXPECT_NEAR(std::log10(tick), std::round(std::log10(tick)), 1e-12);
}

TEST(Ticks, LinearAxisStartsAtZeroAndReachesTheTop) {
  EXPECT_THAT(ticks_linear(20, 7), ElementsAre(0, 5, 10, 15, 20));
  for (const double high : {0.3, 1.0, 7.7, 999.0, 12345.0}) {
    const auto ticks = ticks_linear(high, 7);
    EXPECT_EQ(ticks.front(), 0) << high;
    EXPECT_GE(ticks.back(), high * (1 - 1e-9)) << high;
    EXPECT_LE(ticks.size(), 7u) << high;
  }
  EXPECT_THAT(ticks_linear(0, 7), ElementsAre(0));
}

TEST(Ticks, LabelsSayWhatFormatSaysWithoutIdleZeros) {
  EXPECT_EQ(tick_text(1e10, Unit::byte_per_second), "10 GB/s");
  EXPECT_EQ(tick_text(2.5e9, Unit::byte_per_second), "2.5 GB/s");
  EXPECT_EQ(tick_text(100, Unit::one), "100");
  EXPECT_EQ(tick_text(4096, Unit::byte), "4 KiB");
  EXPECT_EQ(tick_text(1e-6, Unit::second), "1 µs");
}

TEST(IntervalText, NamesASharedUnitOnce) {
  EXPECT_EQ(interval_text(1.09e10, 1.16e10, Unit::byte_per_second), "10.9 to 11.6 GB/s");
  EXPECT_EQ(interval_text(9.9e8, 1.16e10, Unit::byte_per_second), "990 MB/s to 11.6 GB/s");
  EXPECT_EQ(interval_text(std::nan(""), 1, Unit::second), "no interval");
}

}  // namespace
}  // namespace sextant::analysis
