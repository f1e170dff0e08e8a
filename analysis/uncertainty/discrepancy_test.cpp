// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/discrepancy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

TEST(DiscrepancyFactors, AreOneWhereThereIsNone) {
  EXPECT_EQ(discrepancy_factors({.spread = 0}, 3, 1), std::vector<double>(3, 1.0));
  EXPECT_TRUE(discrepancy_factors({.spread = 0.1}, 0, 1).empty());
}

// Student's 5 % and 95 % with four degrees of freedom are at -2.132 and 2.132.
TEST(DiscrepancyFactors, NineInTenLieWhereStudentSays) {
  for (const double spread : {0.05, 0.3}) {
    std::vector<double> logs = discrepancy_factors({.spread = spread, .freedom = 4}, 4000, 7);
    for (double& factor : logs) factor = std::log(factor) / spread;
    std::sort(logs.begin(), logs.end());
    EXPECT_NEAR(logs[200], -2.132, 0.05);
    EXPECT_NEAR(logs[2000], 0, 0.01);
    EXPECT_NEAR(logs[3800], 2.132, 0.05);
  }
}

TEST(DiscrepancyFactors, FewDegreesOfFreedomStrayFurther) {
  const auto largest = [](double freedom) {
    const std::vector<double> factors = discrepancy_factors({.spread = 0.1, .freedom = freedom}, 1000, 7);
    return *std::max_element(factors.begin(), factors.end());
  };
  EXPECT_GT(largest(2), largest(4));
  EXPECT_GT(largest(4), largest(100));
}

TEST(DiscrepancyFactors, FollowTheSeedAlone) {
  const auto factors = [](std::uint64_t seed) { return discrepancy_factors({.spread = 0.1}, 100, seed); };
  EXPECT_EQ(factors(1), factors(1));
  EXPECT_NE(factors(1), factors(2));
}

}  // namespace
}  // namespace sextant::analysis
