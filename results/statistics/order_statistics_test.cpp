// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/order_statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "results/statistics/random.hpp"

namespace sextant::results {
namespace {

TEST(OrderStatistics, QuantilesInterpolate) {
  const std::vector<double> even{1, 2, 4, 8};
  EXPECT_EQ(median(even), 3);
  EXPECT_EQ(quantile(even, 0), 1);
  EXPECT_EQ(quantile(even, 1), 8);
  EXPECT_DOUBLE_EQ(quantile(even, 0.05), 1.15);
  EXPECT_EQ(median(std::vector<double>{7}), 7);
  EXPECT_EQ(median(std::vector<double>{1, 5, 5, 5, 9}), 5);
  EXPECT_THROW(median({}), std::invalid_argument);
}

TEST(OrderStatistics, ExactRanksOfTheMedian) {
  const std::pair<int, Ranks> table[] = {{6, {1, 6}},    {9, {2, 8}},    {10, {2, 9}},   {15, {4, 12}},
                                         {20, {6, 15}},  {30, {10, 21}}, {40, {14, 27}}, {50, {18, 33}},
                                         {80, {31, 50}}, {100, {40, 61}}};
  for (const auto& [n, ranks] : table) EXPECT_EQ(interval_ranks(n, 0.5), ranks) << n;
  for (int n = 0; n <= 5; ++n) EXPECT_FALSE(interval_ranks(n, 0.5)) << n;
}

// P(fewer than `rank` of n samples lie below the quantile q), summed term by term.
double fewer_than(int rank, int n, double q) {
  double term = std::pow(1 - q, n);
  double sum = 0;
  for (int k = 0; k < rank; ++k) {
    sum += term;
    term *= (n - k) * q / ((k + 1) * (1 - q));
  }
  return sum;
}

TEST(OrderStatistics, RanksAreTheTightestThatHoldTheirTails) {
  for (const double q : {0.05, 0.25, 0.5}) {
    for (const int n : {80, 200, 640}) {
      const auto ranks = interval_ranks(n, q);
      ASSERT_TRUE(ranks) << n << " " << q;
      EXPECT_LE(fewer_than(ranks->low, n, q), 0.025) << n << " " << q;
      EXPECT_GT(fewer_than(ranks->low + 1, n, q), 0.025) << n << " " << q;
      EXPECT_LE(1 - fewer_than(ranks->high, n, q), 0.025) << n << " " << q;
      EXPECT_GT(1 - fewer_than(ranks->high - 1, n, q), 0.025) << n << " " << q;
      const auto mirrored = interval_ranks(n, 1 - q);
      ASSERT_TRUE(mirrored);
      EXPECT_EQ(mirrored->low, n + 1 - ranks->high);
    }
  }
}

// Against the definition: every value written down as often as it counts.
TEST(OrderStatistics, WeightedMediansAreThoseOfTheValuesWrittenOut) {
  Random random(11);
  for (int trial = 0; trial < 300; ++trial) {
    Units units(1 + random.below(5));
    std::vector<std::uint32_t> weights;
    std::vector<double> written;
    for (auto& unit : units) {
      weights.push_back(random.below(4));
      for (std::uint32_t i = 0, n = 1 + random.below(trial % 10 ? 9 : 900); i < n; ++i)
        unit.push_back(random.below(trial % 3 ? 12 : 100000));
      for (std::uint32_t w = 0; w < weights.back(); ++w) written.insert(written.end(), unit.begin(), unit.end());
    }
    if (written.empty()) continue;
    std::sort(written.begin(), written.end());
    EXPECT_EQ(weighted_median(pool(units), weights), median(written)) << trial;
  }
  EXPECT_THROW(weighted_median(pool({{1, 2}}), std::vector<std::uint32_t>{0}), std::invalid_argument);
}

TEST(OrderStatistics, TheMedianOfValuesInAnyOrderIsThatOfTheSortedOnesToTheLastBit) {
  Random random(3);
  for (std::size_t n = 1; n < 60; ++n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(0.1 * random.below(40) + 1e-9 * random.below(7));
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(median_of(values), median(sorted));
  }
  EXPECT_THROW(median_of({}), std::invalid_argument);
}

}  // namespace
}  // namespace sextant::results
