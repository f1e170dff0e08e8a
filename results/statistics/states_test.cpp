// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/states.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace sextant::results {
namespace {

constexpr double not_available = std::numeric_limits<double>::quiet_NaN();

using testing::ElementsAre;
using testing::IsEmpty;

// Values around centres, each with its share, spread by a lognormal distribution.
struct Level {
  double share, centre, spread;
};

std::vector<double> drawn(std::mt19937_64& random, std::size_t count, const std::vector<Level>& levels) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    double place = uniform(random);
    std::size_t level = 0;
    while (level + 1 < levels.size() && place > levels[level].share) place -= levels[level++].share;
    values.push_back(levels[level].centre * std::exp(levels[level].spread * normal(random)));
  }
  std::sort(values.begin(), values.end());
  return values;
}

// Share of 400 trials in which so many bounds are found.
double found(std::size_t bounds, std::size_t count, const std::vector<Level>& levels) {
  std::mt19937_64 random(count);
  constexpr int trials = 400;
  int hits = 0;
  for (int trial = 0; trial < trials; ++trial) hits += level_bounds(drawn(random, count, levels)).size() == bounds;
  return double(hits) / trials;
}

TEST(LevelBounds, NoiseAloneIsOneLevel) {
  for (const std::size_t count : {20u, 40u, 100u, 1000u}) {
    EXPECT_GE(found(0, count, {{1, 1e-4, 0.1}}), 0.95) << count;
    EXPECT_GE(found(0, count, {{1, 1e-4, 0.2}}), 0.95) << count;
    EXPECT_GE(found(0, count, {{0.97, 1e-4, 0.05}, {0.03, 3e-4, 0.3}}), 0.95) << count << ", with interruptions";
  }
}

TEST(LevelBounds, TwoLevelsAreFound) {
  for (const std::size_t count : {40u, 100u, 1000u}) {
    EXPECT_GE(found(1, count, {{0.5, 1e-4, 0.05}, {0.5, 1.3e-4, 0.05}}), 0.95) << count;
    EXPECT_GE(found(1, count, {{0.8, 1e-4, 0.05}, {0.2, 1.3e-4, 0.05}}), 0.95) << count;
    EXPECT_GE(found(1, count, {{0.5, 2.7e-7, 0.08}, {0.5, 5.5e-7, 0.08}}), 0.95) << count;
  }
}

TEST(LevelBounds, ThreeLevelsAreFoundAndTheBoundsLieBetweenThem) {
  EXPECT_GE(found(2, 200, {{0.3, 1e-4, 0.04}, {0.4, 1.4e-4, 0.04}, {0.3, 2e-4, 0.04}}), 0.95);
  std::mt19937_64 random(1);
  const auto bounds = level_bounds(drawn(random, 5000, {{0.3, 1, 0.04}, {0.4, 1.4, 0.04}, {0.3, 2, 0.04}}));
  ASSERT_EQ(bounds.size(), 2u);
  EXPECT_NEAR(bounds[0], 1.2, 0.06);
  EXPECT_NEAR(bounds[1], 1.7, 0.1);
}

TEST(LevelBounds, LevelsThatAreNearOrRareAreNone) {
  EXPECT_GE(found(0, 200, {{0.5, 1e-4, 0.01}, {0.5, 1.15e-4, 0.01}}), 0.95);
  EXPECT_GE(found(0, 200, {{0.97, 1e-4, 0.01}, {0.03, 2e-4, 0.01}}), 0.95);
  EXPECT_THAT(level_bounds(std::vector<double>(19, 1.0)), IsEmpty());
  EXPECT_THAT(level_bounds(std::vector<double>(100, 1.0)), IsEmpty());
}

// Sets of two canaries; which of the levels each takes is scripted.
std::vector<CanarySet> sets_of(int count, double slow_message, double slow_together, bool linked) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(0, 0.03);
  std::vector<CanarySet> sets;
  for (int i = 0; i < count; ++i) {
    const bool first = i % 10 < 3, second = linked ? first : i % 2 == 0;
    sets.push_back({{1e-4 * std::exp(noise(random)), (first ? slow_message : 1) * 1e-7 * std::exp(noise(random)),
                     (second ? slow_together : 1) * 4e-4 * std::exp(noise(random))},
                    0.05});
  }
  return sets;
}

TEST(States, AreCombinationsOfLevelsWithMostMeasuredTimeFirst) {
  auto sets = sets_of(200, 2, 2, true);
  const States states = find_states(sets);
  ASSERT_EQ(states.levels.size(), 2u);
  EXPECT_THAT(states.levels[0], ElementsAre(0, 0, 0));
  EXPECT_THAT(states.levels[1], ElementsAre(0, 1, 1));
  EXPECT_EQ(state_of(states, {1e-4, 1e-7, 4e-4}), 0);
  EXPECT_EQ(state_of(states, {1e-4, 2e-7, 8e-4}), 1);
  EXPECT_EQ(state_of(states, {1e-4, 1e-7, 8e-4}), -1);  // between them
  EXPECT_EQ(state_of(states, {1e-4, not_available, not_available}), -1);
  EXPECT_EQ(state_of(states, {1e-4, not_available, 4e-4}), -1);  // messages have levels, and none was sent
  EXPECT_EQ(state_of(states, {not_available, 1e-7, 4e-4}), 0);
  for (std::size_t i = 0; i < sets.size(); ++i) sets[i].weight = sets[i].seconds[1] > 1.5e-7 ? 0.2 : 0.05;
  EXPECT_THAT(find_states(sets).levels[0], ElementsAre(0, 1, 1));
  std::reverse(sets.begin(), sets.end());
  EXPECT_EQ(find_states(sets), find_states({sets.rbegin(), sets.rend()}));
}

TEST(States, AreThreeAtMost) {
  const States states = find_states(sets_of(200, 2, 2, false));
  EXPECT_EQ(states.levels.size(), 3u);
}

TEST(States, OneLevelIsOneStateAndOneProcessorHasNone) {
  EXPECT_EQ(find_states(sets_of(200, 1, 1, true)).levels.size(), 1u);
  auto sets = sets_of(200, 2, 2, true);
  for (CanarySet& set : sets) set.seconds[1] = set.seconds[2] = not_available;
  EXPECT_TRUE(find_states(sets).levels.empty());
}

TEST(States, ASetThatManySamplesShareCountsOnce) {
  auto sets = sets_of(12, 2, 2, true);  // too few, however often they are said
  const auto few = sets;
  for (int i = 0; i < 20; ++i) sets.insert(sets.end(), few.begin(), few.end());
  EXPECT_EQ(find_states(sets).levels.size(), 1u);
}

}  // namespace
}  // namespace sextant::results
