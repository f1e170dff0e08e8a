// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/levels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace sextant::analysis {
namespace {

TEST(Levels, PlateausAreSplitWhereTheValueJumps) {
  const std::vector<double> latency{1.1, 1.1, 1.15, 4.6, 4.6, 4.7, 17, 17.5, 200, 205, 210};
  EXPECT_EQ(find_levels(latency), (std::vector<Level>{{0, 3}, {3, 6}, {6, 8}, {8, 11}}));
}

TEST(Levels, AFlatCurveIsOneLevelAndNoneIsNone) {
  EXPECT_EQ(find_levels(std::vector<double>{5, 5.1, 4.9}), (std::vector<Level>{{0, 3}}));
  EXPECT_TRUE(find_levels(std::vector<double>{}).empty());
}

TEST(Levels, APointOnTheWayUpBelongsToNeitherPlateau) {
  EXPECT_EQ(find_levels(std::vector<double>{1, 1, 1, 4, 20, 20, 20}), (std::vector<Level>{{0, 3}, {4, 7}}));
}

TEST(Levels, ADisturbedPointIsNoLevel) {
  EXPECT_EQ(find_levels(std::vector<double>{1, 1, 3, 1, 1, 9, 9, 9}), (std::vector<Level>{{0, 5}, {5, 8}}));
}

// A machine whose caches are known: a load over a footprint f costs the sum of hits times costs.
struct Cache {
  double bytes, seconds;
};

// With a random cycle, a cache of random replacement keeps a share of what does not fit; one of least recent use keeps
// nothing. `sharpness` lies between: 0 is random replacement, large is least recent use.
double hit_share(double bytes, double footprint, double sharpness) {
  return footprint <= bytes ? 1 : std::max(0.0, 1 - (1 + sharpness) * (1 - bytes / footprint));
}

double latency(const std::vector<Cache>& caches, double memory, double footprint, double sharpness) {
  double seconds = 0, missing = 1;
  for (const Cache& cache : caches) {
    const double hits = std::min(missing, std::max(0.0, hit_share(cache.bytes, footprint, sharpness) - (1 - missing)));
    seconds += hits * cache.seconds;
    missing -= hits;
  }
  return seconds + missing * memory;
}

// Knees of these curves must be found within one step of the axis of footprints, in nearly all draws of the noise.
void expect_knees(const std::vector<Cache>& caches, double memory, double sharpness, double noise) {
  constexpr int tries = 200;
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  int found = 0;
  for (int i = 0; i < tries; ++i) {
    std::vector<double> footprints, values;
    for (double footprint = 0x1p14; footprint <= 0x1p30; footprint *= 2) {
      footprints.push_back(footprint);
      values.push_back(latency(caches, memory, footprint, sharpness) * std::exp(noise * normal(random)));
    }
    const std::vector<Level> levels = find_levels(values);
    bool right = levels.size() == caches.size() + 1;
    for (std::size_t k = 0; right && k < caches.size(); ++k) {
      // The knee lies between the last footprint of a plateau and the first of the next, or one step beside.
      right = caches[k].bytes >= footprints[levels[k].end - 1] / 2 &&
              caches[k].bytes <= footprints[levels[k + 1].begin] * 2;
    }
    found += right;
  }
  EXPECT_GE(found, tries * 95 / 100) << "sharpness " << sharpness << " noise " << noise;
}

TEST(Levels, KneesOfSimulatedCachesAreRecovered) {
  const std::vector<Cache> server{{48 * 1024., 1.2e-9}, {2 * 0x1p20, 4.6e-9}, {32 * 0x1p20, 25e-9}};
  const std::vector<Cache> laptop{{32 * 1024., 1.0e-9}, {512 * 1024., 3.5e-9}, {16 * 0x1p20, 14e-9}};
  const std::vector<Cache> two{{64 * 1024., 1.0e-9}, {4 * 0x1p20, 6e-9}};
  for (const double noise : {0., 0.03, 0.08}) {
    for (const double sharpness : {0.5, 1., 3., 10.}) {
      expect_knees(server, 120e-9, sharpness, noise);
      expect_knees(laptop, 90e-9, sharpness, noise);
      expect_knees(two, 150e-9, sharpness, noise);
    }
  }
}

}  // namespace
}  // namespace sextant::analysis
