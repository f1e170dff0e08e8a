// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/crossing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sextant::analysis {
namespace {

const double infinity = std::numeric_limits<double>::infinity();

TEST(Crossing, IsFoundToAThousandthWhereTheLogOfARatioIsZero) {
  const AlongAxis line = crossings({1e-6, 2e-6, 8e-6, 30e-6}, false, [](double x) { return std::log(x / 4.1e-6); });
  ASSERT_EQ(line.crossings.size(), 1u);
  EXPECT_NEAR(line.crossings[0].value, 4.1e-6, 1e-3 * 4.1e-6);
  EXPECT_TRUE(line.crossings[0].faster_below);
  EXPECT_FALSE(line.crossings[0].capacity);
  EXPECT_EQ(line.ratios.size(), 4u);
}

TEST(Crossing, SeveralAreFoundInOrderWithTheirDirections) {
  // Slower below 2, faster between 2 and 7, slower above.
  const AlongAxis line = crossings({1, 3, 5, 9}, false, [](double x) { return (x - 2) * (x - 7); });
  ASSERT_EQ(line.crossings.size(), 2u);
  EXPECT_NEAR(line.crossings[0].value, 2, 2e-3);
  EXPECT_FALSE(line.crossings[0].faster_below);
  EXPECT_NEAR(line.crossings[1].value, 7, 7e-3);
  EXPECT_TRUE(line.crossings[1].faster_below);
}

TEST(Crossing, NoneWhereOneSideWinsThroughout) {
  EXPECT_TRUE(crossings({1, 10}, false, [](double) { return -0.5; }).crossings.empty());
  EXPECT_TRUE(crossings({1, 10}, false, [](double) { return 0.5; }).crossings.empty());
  EXPECT_TRUE(crossings({1, 10}, false, [](double) { return std::nan(""); }).crossings.empty());
}

TEST(Crossing, ARangeFromZeroIsHalvedToo) {
  const AlongAxis line = crossings({0, 8}, false, [](double x) { return x - 3; });
  ASSERT_EQ(line.crossings.size(), 1u);
  EXPECT_NEAR(line.crossings[0].value, 3, 3e-3);
}

TEST(Crossing, OfACountIsTheFirstWholeNumberWithTheNewSign) {
  const AlongAxis line = crossings({1, 64}, true, [](double x) {
    EXPECT_EQ(x, std::floor(x));
    return 11.5 - x;
  });
  ASSERT_EQ(line.crossings.size(), 1u);
  EXPECT_EQ(line.crossings[0].value, 12);
  EXPECT_FALSE(line.crossings[0].faster_below);
}

TEST(Crossing, WhereTheModelNoLongerFitsMemoryDecides) {
  const AlongAxis line = crossings({1, 100}, true, [](double x) { return x > 37 ? infinity : -0.2; });
  ASSERT_EQ(line.crossings.size(), 1u);
  EXPECT_EQ(line.crossings[0].value, 38);
  EXPECT_TRUE(line.crossings[0].capacity);
}

TEST(Crossing, NothingIsSaidAcrossAGapWhereNeitherFits) {
  const auto gap = [](double x) { return x > 4 && x < 6 ? std::nan("") : x < 5 ? -1.0 : 1.0; };
  EXPECT_TRUE(crossings({1, 5, 10}, false, gap).crossings.empty());
  EXPECT_TRUE(crossings({1, 24}, false, gap).crossings.empty());
}

}  // namespace
}  // namespace sextant::analysis
