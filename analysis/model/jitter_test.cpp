// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/jitter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace sextant::analysis {
namespace {

// A fine grid of an exponential of mean 1: its middles of equal probability.
std::vector<double> exponential(std::size_t samples) {
  std::vector<double> sorted(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    sorted[i] = -std::log1p(-(static_cast<double>(i) + 0.5) / static_cast<double>(samples));
  }
  return sorted;
}

// Of {1, 2, 3} with replacement, two at a time: 9 pairs, maxima 1, 2, 2, 2, 3 five times: 22/9. Minima: 14/9.
TEST(Jitter, OrderStatisticsOfSamplesAreExact) {
  const std::vector<double> sorted{1, 2, 3};
  EXPECT_NEAR(expected_maximum(sorted, 2), 22 / 9., 1e-12);
  EXPECT_NEAR(expected_order_statistic(sorted, 2, 2), 22 / 9., 1e-12);
  EXPECT_NEAR(expected_order_statistic(sorted, 2, 1), 14 / 9., 1e-12);
  EXPECT_NEAR(expected_maximum(sorted, 1), 2, 1e-12);
}

TEST(Jitter, StatisticsOfAllRanksAddUpToTheMean) {
  const std::vector<double> sorted{0.1, 0.4, 0.5, 2, 9};
  double sum = 0;
  for (int q = 1; q <= 40; ++q) sum += expected_order_statistic(sorted, 40, q);
  EXPECT_NEAR(sum / 40, (0.1 + 0.4 + 0.5 + 2 + 9) / 5, 1e-10);
}

TEST(Jitter, SamplesOfAnExponentialFollowItsClosedForm) {
  const std::vector<double> sorted = exponential(200000);
  for (const double p : {2.0, 8.0, 64.0, 512.0}) {
    const double expected = exponential_order_statistic(1, p, p);
    EXPECT_NEAR(expected_maximum(sorted, p) / expected, 1, 2e-3) << p;
    EXPECT_NEAR(expected_order_statistic(sorted, p, p - 1) / exponential_order_statistic(1, p, p - 1), 1, 2e-3) << p;
  }
  EXPECT_DOUBLE_EQ(exponential_order_statistic(2, 4, 4), 2 * (1 + 1 / 2. + 1 / 3. + 1 / 4.));
  EXPECT_NEAR(exponential_order_statistic(2, 4, 1), 0.5, 1e-12);
}

// E[max of 2] = sd/sqrt(pi) and of 3 = 3 sd/(2 sqrt(pi)), exactly; of 10 and 100 1.5388 and 2.5076 (Harter 1961).
TEST(Jitter, NormalMaximaAreThoseOfTheTables) {
  EXPECT_NEAR(normal_order_statistic(0, 1, 2, 2), 1 / std::sqrt(std::numbers::pi), 0.03);
  EXPECT_NEAR(normal_order_statistic(0, 1, 3, 3), 1.5 / std::sqrt(std::numbers::pi), 0.03);
  EXPECT_NEAR(normal_order_statistic(0, 1, 10, 10), 1.5388, 0.01);
  EXPECT_NEAR(normal_order_statistic(0, 1, 100, 100), 2.5076, 0.01);
  EXPECT_NEAR(normal_order_statistic(5, 2, 9, 5), 5, 1e-9) << "the middle one";
}

// Uniform on 0 to 1: p/(p + 1).
TEST(Jitter, QuantilesAreJoinedByLines) {
  const std::vector<Quantile> uniform{{0, 0}, {0.25, 0.25}, {1, 1}};
  EXPECT_NEAR(expected_maximum(uniform, 4), 0.8, 1e-12);
  const std::vector<Quantile> cut{{0, 0}, {0.5, 0.5}};
  EXPECT_NEAR(expected_maximum(cut, 1), 0.125 + 0.25, 1e-12) << "nothing beyond the last quantile";
  EXPECT_EQ(expected_maximum(std::vector<Quantile>{}, 4), 0);
}

TEST(Jitter, MoreRanksWaitLongerAndSparesShorten) {
  const std::vector<double> sorted = exponential(1000);
  double before = 0;
  for (const double p : {1.0, 2.0, 8.0, 64.0}) {
    const double wait = expected_wait(sorted, p, {});
    EXPECT_NEAR(wait, expected_maximum(sorted, p), 1e-9);
    EXPECT_GT(wait, before);
    before = wait;
  }
  EXPECT_NEAR(expected_wait(sorted, 8, {.skipped = 1, .spares = 0}), expected_order_statistic(sorted, 8, 7), 1e-12);
  EXPECT_NEAR(expected_wait(sorted, 8, {.skipped = 0, .spares = 1}), expected_order_statistic(sorted, 9, 8), 1e-12);
  EXPECT_LT(expected_wait(sorted, 8, {.skipped = 0, .spares = 1}), expected_wait(sorted, 8, {}));
}

}  // namespace
}  // namespace sextant::analysis
