// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/line_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace sextant::analysis {
namespace {

std::vector<double> sizes(int from, int to) {
  std::vector<double> n;
  for (int i = from; i <= to; ++i) n.push_back(std::ldexp(1, i));
  return n;
}

std::vector<double> line(const std::vector<double>& n, double alpha, double gap, double noise = 0, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> t;
  for (double x : n) t.push_back((alpha + gap * x) * std::exp(noise * normal(random)));
  return t;
}

TEST(LineFit, RecoversAnExactLine) {
  const auto n = sizes(3, 20);
  const LineFit fit = fit_line(n, line(n, 5e-6, 2e-10));
  EXPECT_NEAR(fit.intercept, 5e-6, 1e-12);
  EXPECT_NEAR(fit.slope, 2e-10, 1e-16);
  EXPECT_LT(fit.residual, 1e-9);
}

TEST(LineFit, RecoversANoisyLineWithinItsNoise) {
  const auto n = sizes(3, 22);
  const LineFit fit = fit_line(n, line(n, 5e-6, 2e-10, 0.05));
  EXPECT_NEAR(fit.intercept / 5e-6, 1, 0.06);
  EXPECT_NEAR(fit.slope / 2e-10, 1, 0.08);
}

TEST(LineFit, OneDisturbedSizeDoesNotBendTheLine) {
  const auto n = sizes(3, 20);
  auto t = line(n, 5e-6, 2e-10);
  t[4] *= 3;
  const LineFit fit = fit_line(n, t);
  EXPECT_NEAR(fit.intercept / 5e-6, 1, 0.05);
}

TEST(LineFit, ANegativeCoefficientShowsAsNegative) {
  const auto n = sizes(14, 20);
  EXPECT_LT(fit_line(n, line(n, -3e-6, 4e-10)).intercept, 0);
}

TEST(LineFit, SizesThatDoNotTellStartFromGapInflateTheVariance) {
  const std::vector<double> near{1000, 1001, 1002, 1003};
  EXPECT_GT(fit_line(near, line(near, 5e-6, 2e-10)).inflation, 30);
  const auto n = sizes(3, 20);
  EXPECT_LT(fit_line(n, line(n, 5e-6, 2e-10)).inflation, 30);
}

TEST(Breaks, OneLineIsOnePiece) {
  const auto n = sizes(3, 22);
  EXPECT_EQ(choose_breaks(n, line(n, 5e-6, 2e-10, 0.03)), Breaks{0});
}

TEST(Breaks, TwoProtocolsAreFoundWhereTheySwitch) {
  const auto n = sizes(3, 22);
  auto t = line(n, 5e-6, 5e-10, 0.02);
  for (std::size_t i = 10; i < n.size(); ++i) t[i] = (30e-6 + 1e-10 * n[i]);
  const Breaks breaks = choose_breaks(n, t);
  ASSERT_EQ(breaks.size(), 2u);
  EXPECT_NEAR(double(breaks[1]), 10, 1);
}

TEST(Breaks, FewSizesStayOnePiece) {
  const auto n = sizes(3, 9);
  EXPECT_EQ(choose_breaks(n, line(n, 5e-6, 2e-10, 0.2)), Breaks{0});
}

TEST(Breaks, EqualSizesStayTogetherAndAClusterIsNoPiece) {
  std::vector<double> n, t;
  for (double size : sizes(10, 20)) {
    for (int i = 0; i < 4; ++i) {
      n.push_back(size);
      t.push_back((5e-6 + 1e-9 * size) * (size == std::ldexp(1, 15) ? 2 : 1) * (1 + 0.01 * i));
    }
  }
  const Breaks breaks = choose_breaks(n, t);
  for (std::size_t k = 0; k < breaks.size(); ++k) {
    const std::size_t begin = breaks[k], end = k + 1 < breaks.size() ? breaks[k + 1] : n.size();
    EXPECT_GE(n[end - 1], 4 * n[begin]);
    if (begin > 0) {
      EXPECT_LT(n[begin - 1], n[begin]);
    }
  }
}

TEST(Pieces, TimesAreOnTheLinesAndBetweenThemInterpolated) {
  const std::vector<Piece> pieces{{8, 1024, {10, 0, 1, 0}}, {4096, 65536, {0, 0.01, 1, 0}}};
  EXPECT_EQ(time_at(pieces, 1), 10);
  EXPECT_EQ(time_at(pieces, 1024), 10);
  EXPECT_NEAR(time_at(pieces, 2048), std::sqrt(10 * 40.96), 1e-9);
  EXPECT_EQ(time_at(pieces, 4096), 40.96);
  EXPECT_EQ(time_at(pieces, 1e6), 1e4);
}

}  // namespace
}  // namespace sextant::analysis
