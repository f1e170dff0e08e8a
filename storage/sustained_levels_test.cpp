// SPDX-License-Identifier: Apache-2.0
#include "storage/sustained_levels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace sextant::storage {
namespace {

// Bytes in windows of 0.1 s of a device that is asked for all it can give.
constexpr double window = 0.1;

// A bucket that holds `tokens` bytes and is refilled at `rate`; the device itself gives `fast`.
std::vector<double> token_bucket(int windows, double tokens, double rate, double fast) {
  std::vector<double> bytes;
  for (int i = 0; i < windows; ++i) {
    tokens += rate * window;
    const double given = std::min(tokens, fast * window);
    tokens -= given;
    bytes.push_back(given);
  }
  return bytes;
}

std::vector<double> noisy(std::vector<double> bytes, double spread, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(1, spread);
  for (double& each : bytes) each *= std::max(0.0, normal(random));
  return bytes;
}

TEST(Levels, OfATokenBucket) {
  // 6 GB of credit at 1 GB/s with 0.25 GB/s coming in: exhausted after 8 s.
  const Levels levels = find_levels(token_bucket(200, 6e9, 0.25e9, 1e9));
  ASSERT_TRUE(levels.knee);
  EXPECT_NEAR(static_cast<double>(*levels.knee) * window, 8, window);
  EXPECT_NEAR(levels.burst / window, 1e9, 0.01e9);
  EXPECT_NEAR(levels.sustained / window, 0.25e9, 0.01e9);
}

TEST(Levels, OfACacheThatIsFull) {
  // A flash cache of 3 GB written at 2 GB/s with noise of 10 %, then the slow cells at 0.5 GB/s.
  std::vector<double> bytes(100, 0.5e9 * window);
  std::fill_n(bytes.begin(), 15, 2e9 * window);
  for (unsigned seed = 0; seed < 100; ++seed) {
    const Levels levels = find_levels(noisy(bytes, 0.1, seed));
    ASSERT_TRUE(levels.knee) << seed;
    EXPECT_EQ(*levels.knee, 15u) << seed;
    EXPECT_NEAR(levels.sustained / window, 0.5e9, 0.03e9);
  }
}

TEST(Levels, OfASteadyDeviceAreOne) {
  int found = 0;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    const Levels levels = find_levels(noisy(std::vector<double>(100, 1e8), 0.3, seed));
    found += levels.knee.has_value();
    EXPECT_EQ(levels.burst, levels.sustained);
  }
  EXPECT_EQ(found, 0);
}

// A throttle gives out what a second allows in slices: some windows are empty, others hold two.
TEST(Levels, OfAThrottleThatGivesSlicesAreOne) {
  std::vector<double> bytes;
  for (int i = 0; i < 100; ++i) bytes.push_back(i % 3 == 0 ? 0 : i % 3 == 1 ? 2e7 : 1e7);
  EXPECT_FALSE(find_levels(bytes).knee);
}

TEST(Levels, OfAThrottleThatGivesSlicesAreTwoWhereItsRateFalls) {
  std::vector<double> bytes;
  for (int i = 0; i < 50; ++i) bytes.push_back((i % 2 == 0 ? 0 : 2) * (i < 20 ? 1e7 : 2e6));
  const Levels levels = find_levels(bytes);
  ASSERT_TRUE(levels.knee);
  EXPECT_NEAR(static_cast<double>(*levels.knee), 20, 1);
}

TEST(Levels, OfASlowDriftAreOne) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::vector<double> bytes;
    for (int i = 0; i < 100; ++i) bytes.push_back(1e8 * (1 - 0.004 * i));
    EXPECT_FALSE(find_levels(noisy(bytes, 0.03, seed)).knee) << seed;
  }
}

TEST(Levels, ARateThatRisesHasNoKnee) {
  std::vector<double> bytes(50, 2e8);
  std::fill_n(bytes.begin(), 20, 1e8);
  EXPECT_FALSE(find_levels(bytes).knee);
}

TEST(Levels, AHiccupIsNoKnee) {
  for (const std::size_t windows : {20u, 50u, 900u}) {
    for (const int empty : {1, 3, 5}) {
      std::vector<double> bytes(windows, 2e8);
      std::fill_n(bytes.end() - empty, empty, 0);
      EXPECT_FALSE(find_levels(bytes).knee) << windows << ' ' << empty;
    }
  }
}

TEST(Levels, OfTooLittleAreOne) {
  EXPECT_EQ(find_levels({}).sustained, 0);
  const std::vector<double> few = {3, 3, 1, 1, 1, 1};
  EXPECT_FALSE(find_levels(few).knee);
  EXPECT_EQ(find_levels(few).sustained, 10.0 / 6);
}

}  // namespace
}  // namespace sextant::storage
