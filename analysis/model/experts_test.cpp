// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/experts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <vector>

namespace sextant::analysis {
namespace {

// Acceptance case A3 (decode-model.md section 8).
TEST(Experts, DistinctExpertsMatchTheClosedForm) {
  EXPECT_NEAR(distinct_experts(8, 2, 1), 2.00, 5e-3);
  EXPECT_NEAR(distinct_experts(8, 2, 4), 5.47, 5e-3);
  EXPECT_NEAR(distinct_experts(8, 2, 16), 7.92, 5e-3);
  EXPECT_NEAR(distinct_experts(8, 2, 64), 8.00, 5e-3);
  EXPECT_NEAR(distinct_experts(256, 8, 8), 57.42, 5e-3);
  EXPECT_NEAR(distinct_experts(256, 8, 32), 163.31, 5e-3);
  EXPECT_NEAR(distinct_experts(256, 8, 128), 251.60, 5e-3);
}

TEST(Experts, OneTokenReadsItsOwnExperts) { EXPECT_DOUBLE_EQ(distinct_experts(128, 4, 1), 4); }

TEST(Experts, UnequalPopularityReadsNoMoreThanUniform) {
  const std::array<double, 4> skewed{0.9, 0.6, 0.3, 0.2};  // two of four a token
  const std::array<double, 4> uniform{0.5, 0.5, 0.5, 0.5};
  EXPECT_LT(distinct_experts(skewed, 8), distinct_experts(uniform, 8));
  EXPECT_DOUBLE_EQ(distinct_experts(uniform, 8), distinct_experts(4, 2, 8));
}

TEST(Experts, CorrelationLeavesFewerIndependentTokens) {
  EXPECT_DOUBLE_EQ(independent_tokens(64, 0), 64);
  EXPECT_DOUBLE_EQ(independent_tokens(64, 1), 1);
  EXPECT_DOUBLE_EQ(independent_tokens(1, 0.7), 1);
}

TEST(Experts, ZipfInGroupsIsTheSumOverAllExperts) {
  for (const double exponent : {0.3, 0.7, 1.0, 1.5}) {
    for (const auto& [experts, k] : {std::pair{64.0, 6.0}, std::pair{128.0, 4.0}, std::pair{256.0, 8.0}}) {
      std::vector<double> popularity(static_cast<std::size_t>(experts));
      zipf_popularity(k, exponent, popularity);
      EXPECT_NEAR(std::accumulate(popularity.begin(), popularity.end(), 0.0), k, 1e-9);
      EXPECT_LE(popularity.front(), 1);
      for (const double tokens : {1.0, 4.0, 16.0, 64.0, 256.0}) {
        EXPECT_NEAR(distinct_experts(experts, k, tokens, exponent) / distinct_experts(popularity, tokens), 1, 0.01)
            << exponent << " " << experts << " " << tokens;
      }
    }
  }
  EXPECT_EQ(distinct_experts(256, 8, 32, 0), distinct_experts(256, 8, 32));
}

TEST(Experts, TheBusiestDeviceHasMoreThanTheMeanAndNoMoreThanItHolds) {
  const ExpertLoad alone = expert_load(256, 8, 64, 1, {});
  EXPECT_DOUBLE_EQ(alone.experts, distinct_experts(256, 8, 64));
  EXPECT_EQ(alone.rows, 64 * 8);
  const ExpertLoad shared = expert_load(256, 8, 64, 32, {});
  EXPECT_GT(shared.experts, alone.experts / 32);
  EXPECT_LE(shared.experts, 8);
  EXPECT_GT(shared.rows, alone.rows / 32);
  const ExpertLoad many = expert_load(256, 8, 1e6, 32, {});
  EXPECT_NEAR(many.experts, 8, 1e-9);
  EXPECT_NEAR(many.rows / (1e6 * 8 / 32), 1, 0.01);  // a large number evens out
}

// The Gaussian form of E[max] / mean against counting, 2000 throws of 512 balls on 16 devices.
TEST(Experts, StragglersAreAsLateAsCountingSays) {
  std::mt19937_64 random(7);
  double most = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::array<int, 16> load{};
    for (int ball = 0; ball < 512; ++ball) ++load[random() % 16];
    most += *std::max_element(load.begin(), load.end()) / 2000.0;
  }
  EXPECT_NEAR(straggler_factor(32, 16) / (most / 32), 1, 0.12);
  EXPECT_EQ(straggler_factor(32, 1), 1);
}

}  // namespace
}  // namespace sextant::analysis
