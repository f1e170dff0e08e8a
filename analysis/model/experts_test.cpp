// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/experts.hpp"

#include <gtest/gtest.h>

#include <array>

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

}  // namespace
}  // namespace sextant::analysis
