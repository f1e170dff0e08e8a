// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "results/statistics/interval.hpp"

namespace sextant::results {
namespace {

Units launches(std::mt19937_64& random, int count, double level, double launch_spread = 0.01) {
  std::normal_distribution<double> normal;
  Units units;
  for (int i = 0; i < count; ++i) {
    const double own = level * std::exp(launch_spread * normal(random));
    units.emplace_back();
    for (int j = 0; j < 8; ++j) units.back().push_back(own * std::exp(0.01 * normal(random)));
  }
  return units;
}

TEST(Comparison, ConstantTimesGiveTheirRatioExactly) {
  const Ratio r = ratio_of_medians({{2, 2}, {2}}, {{3}, {3, 3}});
  EXPECT_EQ(r.ratio, 1.5);
  EXPECT_EQ(r.low, 1.5);
  EXPECT_EQ(r.high, 1.5);
  EXPECT_EQ(r.p, 0);
  EXPECT_EQ(judge(r, 0.01), Verdict::slower);
  EXPECT_EQ(judge(ratio_of_medians({{2}, {2}}, {{2}, {2}}), 0.01), Verdict::same);
  EXPECT_EQ(judge(ratio_of_medians({{3}, {3}}, {{2}, {2}}), 0.01), Verdict::faster);
  EXPECT_THROW(ratio_of_medians({{1, 2, 3}}, {{1}, {2}}), std::invalid_argument);
}

// Launches that are alike: the interval of the ratio covers 1, a p value below 5 % comes in 5 % of cases, and hardly a
// verdict is wrong.
TEST(Comparison, LikeAgainstLikeKeepsItsLevel) {
  std::mt19937_64 random(5);
  constexpr int trials = 600;
  int covered = 0, significant = 0, wrong = 0;
  for (int t = 0; t < trials; ++t) {
    const Ratio r = ratio_of_medians(launches(random, 5, 1), launches(random, 7, 1));
    covered += r.low <= 1 && 1 <= r.high;
    significant += r.p < 0.05;
    const Verdict verdict = judge(r, least_margin);
    wrong += verdict == Verdict::slower || verdict == Verdict::faster;
  }
  EXPECT_GE(covered, 0.92 * trials);
  EXPECT_LE(covered, 0.99 * trials);
  EXPECT_LE(significant, 0.08 * trials);
  EXPECT_LE(wrong, 0.05 * trials);
}

TEST(Comparison, FivePerCentAreCalledAndThreePerMilleNever) {
  std::mt19937_64 random(6);
  int slower = 0, faster = 0, called = 0;
  for (int t = 0; t < 200; ++t) {
    const Units a = launches(random, 10, 1);
    slower += judge(ratio_of_medians(a, launches(random, 10, 1.05)), least_margin) == Verdict::slower;
    faster += judge(ratio_of_medians(launches(random, 10, 1.05), a), least_margin) == Verdict::faster;
    const Ratio tiny = ratio_of_pairs(std::vector<double>(10, 1.003));
    called += judge(tiny, least_margin) != Verdict::same;
  }
  EXPECT_GE(slower, 190);
  EXPECT_GE(faster, 190);
  EXPECT_EQ(called, 0);
}

TEST(Comparison, PairsCancelWhatDisturbsBoth) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  std::vector<double> ratios;
  for (int i = 0; i < 10; ++i) {
    const double weather = std::exp(0.3 * normal(random));
    ratios.push_back(1.03 * weather * std::exp(0.002 * normal(random)) / weather);
  }
  const Ratio r = ratio_of_pairs(ratios);
  EXPECT_NEAR(r.ratio, 1.03, 0.005);
  EXPECT_EQ(judge(r, least_margin), Verdict::slower);
  EXPECT_THROW(ratio_of_pairs(std::vector<double>{1.0}), std::invalid_argument);
}

TEST(Comparison, TheLaunchesThatWouldDecideDo) {
  std::mt19937_64 random(8);
  const Ratio r = ratio_of_medians(launches(random, 5, 1, 0.03), launches(random, 5, 1.03, 0.03));
  ASSERT_EQ(judge(r, 0.01), Verdict::inconclusive) << r.low << " " << r.high;
  const int needed = deciding_units(r, 0.01);
  EXPECT_GT(needed, 5);
  Ratio sharper = r;  // the same effect with the error that so many launches leave
  const double shrunk = std::pow(r.high / r.ratio, std::sqrt(5.0 / (needed + 1)));
  sharper.low = r.ratio / shrunk;
  sharper.high = r.ratio * shrunk;
  EXPECT_NE(judge(sharper, 0.01), Verdict::inconclusive);
}

TEST(Comparison, SuperiorityCountsPairs) {
  EXPECT_EQ(superiority(std::vector<double>{2, 3}, std::vector<double>{1}), 1);
  EXPECT_EQ(superiority(std::vector<double>{1, 2}, std::vector<double>{1, 2}), 0.5);
  EXPECT_EQ(superiority(std::vector<double>{1, 3}, std::vector<double>{2, 4}), 0.25);
}

TEST(Comparison, HolmAdjustsForTheTable) {
  const auto adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);  // never below one before it
  EXPECT_EQ(holm(std::vector<double>{0.9, 0.8})[1], 1);
}

TEST(Comparison, TheMarginIsThatOfLikePairsAndAtLeastOnePerCent) {
  EXPECT_NEAR(std::exp(margin_of({})), 1.01, 1e-8);
  EXPECT_EQ(margin_of(std::vector<double>{0.001, -0.002}), least_margin);
  std::vector<double> apart;
  for (int i = 0; i <= 100; ++i) apart.push_back(-0.001 * i);
  EXPECT_DOUBLE_EQ(margin_of(apart), 0.095);
}

// Halves of ten launches, scaled, spread as two sets of ten launches do.
TEST(Comparison, HalvesStandForARunAgainstItself) {
  std::mt19937_64 random(9);
  double halves = 0, real = 0;
  constexpr int trials = 200;
  for (int t = 0; t < trials; ++t) {
    const Units a = launches(random, 10, 1);
    for (const double apart : halves_apart(a, 20)) halves += apart * apart / 20;
    const double whole = std::log(ratio_of_medians(a, launches(random, 10, 1)).ratio);
    real += whole * whole;
  }
  EXPECT_NEAR(std::sqrt(halves / real), 1, 0.2);
  EXPECT_TRUE(halves_apart({{1}, {2}, {3}}, 20).empty());
}

TEST(Interval, StretchesHoldTheWholeSeries) {
  EXPECT_EQ(stretches(std::vector<double>{1, 2, 3, 4, 5, 6, 7}, 3), (Units{{1, 2, 3}, {4, 5}, {6, 7}}));
}

}  // namespace
}  // namespace sextant::results
