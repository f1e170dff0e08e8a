// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/relative_fit.hpp"

#include <gtest/gtest.h>

namespace sextant::analysis {
namespace {

// t = a + b n, exactly.
RelativeFit fit_lines(double a, double b, const std::vector<double>& sizes) {
  std::vector<double> measured;
  for (const double n : sizes) measured.push_back(a + b * n);
  return fit_relative(measured, {1, 1}, {"a", "b"},
                      [&](std::span<const double> p, std::size_t i) { return p[0] + p[1] * sizes[i]; });
}

TEST(RelativeFit, FindsWhatMadeTheData) {
  const RelativeFit f = fit_lines(3, 0.5, {1, 4, 10, 40});
  EXPECT_FALSE(f.refused()) << f.refusal;
  EXPECT_NEAR(f.parameters[0], 3, 1e-6);
  EXPECT_NEAR(f.parameters[1], 0.5, 1e-6);
  EXPECT_NEAR(f.residual, 0, 1e-6);
}

TEST(RelativeFit, RefusesANegativeParameter) {
  const RelativeFit f = fit_lines(5, -0.1, {1, 4, 10, 40});
  EXPECT_NE(f.refusal.find("b comes out negative"), std::string::npos) << f.refusal;
}

// Sizes within 2 % of each other do not tell an offset from a slope.
TEST(RelativeFit, RefusesParametersThatTradeAgainstEachOther) {
  const RelativeFit f = fit_lines(3, 0.5, {10, 10.1, 10.2});
  EXPECT_NE(f.refusal.find("not identified"), std::string::npos) << f.refusal;
  EXPECT_GT(f.inflation[0], largest_inflation);
  EXPECT_GT(f.condition, 100);
}

TEST(RelativeFit, RefusesFewerRowsThanParameters) { EXPECT_TRUE(fit_lines(3, 0.5, {1}).refused()); }

}  // namespace
}  // namespace sextant::analysis
