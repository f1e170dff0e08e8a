// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/placement.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include "analysis/model/linear_program_test.hpp"

namespace sextant::analysis {
namespace {

using testing::minimum;

struct Instance {
  std::vector<StoredObject> objects;
  std::vector<Tier> tiers;
};

// The program of 4.4 in full: variables x_ij and, for each object, the longest of its parallel tiers.
std::optional<double> optimum(const Instance& in) {
  const std::size_t m = in.tiers.size();
  const std::size_t variables = in.objects.size() * (m + 1);
  testing::LinearProgram lp{std::vector<double>(variables, 0), {}};
  auto x = [&](std::size_t j, std::size_t i) { return j * (m + 1) + i; };
  for (std::size_t j = 0; j < in.objects.size(); ++j) {
    const StoredObject& o = in.objects[j];
    std::vector<double> whole(variables, 0);
    lp.cost[x(j, m)] = 1;
    for (std::size_t i = 0; i < m; ++i) {
      const Tier& t = in.tiers[i];
      if ((o.changes && !t.holds_cache) || (o.allowed >> i & 1) == 0) continue;  // x_ij stays 0: in no constraint
      whole[x(j, i)] = 1;
      const double seconds = o.read / t.read_bandwidth + (o.written > 0 ? o.written / t.write_bandwidth : 0);
      if (t.chained) {
        lp.cost[x(j, i)] = seconds;
        continue;
      }
      std::vector<double> row(variables, 0);
      row[x(j, i)] = seconds;
      row[x(j, m)] = -1;
      lp.rows.push_back({row, testing::Relation::at_most, 0});
    }
    lp.rows.push_back({whole, testing::Relation::equal, 1});
  }
  for (std::size_t i = 0; i < m; ++i) {
    std::vector<double> row(variables, 0);
    for (std::size_t j = 0; j < in.objects.size(); ++j) row[x(j, i)] = in.objects[j].size;
    lp.rows.push_back({row, testing::Relation::at_most, in.tiers[i].capacity});
  }
  return minimum(lp);
}

struct Shape {
  std::size_t tiers = 1;
  bool chained = false;
  std::size_t cache_tiers = 6;  // the first so many hold the cache
  bool masks = false;           // objects that may lie in some tiers only
};

// Sizes and rates of order one, so that the simplex is well scaled; capacities that often bind.
Instance random_instance(std::mt19937& random, const Shape& shape) {
  std::uniform_real_distribution<double> unit(0, 1);
  Instance in;
  for (std::size_t i = 0; i < shape.tiers; ++i) {
    Tier t{.capacity = 0.2 + 4 * unit(random), .read_bandwidth = std::exp(3 * unit(random))};
    t.write_bandwidth = t.read_bandwidth;
    t.chained = shape.chained && i > 0 && unit(random) < 0.5;
    t.holds_cache = i < shape.cache_tiers;
    in.tiers.push_back(t);
  }
  const std::size_t count = 1 + random() % 6;
  for (std::size_t j = 0; j < count; ++j) {
    StoredObject o{.size = 0.1 + 2 * unit(random), .read = 2 * unit(random)};
    if (shape.cache_tiers < shape.tiers && unit(random) < 0.4) o.changes = true;
    if (o.changes) o.written = 0.01 * unit(random);
    if (shape.masks) o.allowed = TierMask(1 + random() % ((1U << shape.tiers) - 1));
    in.objects.push_back(o);
  }
  return in;
}

void expect_constraints(const Instance& in, const Placement& p) {
  std::vector<double> used(in.tiers.size(), 0);
  for (std::size_t j = 0; j < in.objects.size(); ++j) {
    double whole = 0;
    for (std::size_t i = 0; i < in.tiers.size(); ++i) {
      EXPECT_GE(p.shares[j][i], 0);
      if (p.shares[j][i] > 0) {
        EXPECT_TRUE(in.tiers[i].holds_cache || !in.objects[j].changes);
        EXPECT_TRUE(in.objects[j].allowed >> i & 1);
      }
      whole += p.shares[j][i];
      used[i] += p.shares[j][i] * in.objects[j].size;
    }
    EXPECT_LE(whole, 1 + 1e-9);
    if (p.fits()) {
      EXPECT_NEAR(whole, 1, 1e-9);
    }
  }
  for (std::size_t i = 0; i < in.tiers.size(); ++i) {
    EXPECT_LE(used[i], in.tiers[i].capacity * (1 + 1e-9));
    EXPECT_NEAR(used[i], p.used[i], 1e-9);
  }
}

struct Gaps {
  std::size_t solved = 0;
  double worst = 0;
  double median = 0;
  std::size_t suboptimal = 0;
};

Gaps compare(const Shape& shape, int instances, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> gaps;
  for (int n = 0; n < instances; ++n) {
    const Instance in = random_instance(random, shape);
    const Placement p = place(in.objects, in.tiers);
    expect_constraints(in, p);
    const std::optional<double> best = optimum(in);
    EXPECT_EQ(p.fits(), best.has_value()) << "seed " << seed << " instance " << n;
    if (!best || !p.fits()) continue;
    EXPECT_GE(p.seconds, *best * (1 - 1e-7));
    gaps.push_back(p.seconds / *best - 1);
  }
  std::sort(gaps.begin(), gaps.end());
  Gaps g;
  g.solved = gaps.size();
  g.worst = gaps.back();
  g.median = gaps[gaps.size() / 2];
  g.suboptimal = static_cast<std::size_t>(std::count_if(gaps.begin(), gaps.end(), [](double x) { return x > 1e-7; }));
  return g;
}

// Two parallel tiers finish a large object together: shares in the ratio of their bandwidths.
TEST(Placement, OneObjectIsDividedInProportionToBandwidth) {
  const std::array<Tier, 2> tiers{Tier{.capacity = 1e12, .read_bandwidth = 4e12},
                                  Tier{.capacity = 1e12, .read_bandwidth = 1e12}};
  const std::array<StoredObject, 1> weights{StoredObject{.size = 1e11, .read = 1e11}};
  const Placement p = place(weights, tiers);
  EXPECT_DOUBLE_EQ(p.shares[0][0], 0.8);
  EXPECT_DOUBLE_EQ(p.seconds, 1e11 / 5e12);
  EXPECT_EQ(p.binding, max_tiers);
  EXPECT_DOUBLE_EQ(read_seconds(tiers, p.shares[0], {.bytes = 1e11}), p.seconds);
}

TEST(Placement, HotObjectsGetTheFastTierAndItsCapacityIsNamed) {
  const std::array<Tier, 2> tiers{Tier{.capacity = 40e9, .read_bandwidth = 4e12},
                                  Tier{.capacity = 1e12, .read_bandwidth = 1e12}};
  const std::array<StoredObject, 2> objects{StoredObject{.size = 1e11, .read = 1e10},
                                            StoredObject{.size = 5e10, .read = 5e10}};
  const Placement p = place(objects, tiers);
  EXPECT_NEAR(p.shares[1][0], 0.8, 1e-12);
  EXPECT_DOUBLE_EQ(p.shares[0][0], 0);
  EXPECT_EQ(p.binding, 0U);
  EXPECT_DOUBLE_EQ(p.used[0], 40e9);
}

TEST(Placement, TimeOfATierBehindALinkAdds) {
  const std::array<Tier, 2> tiers{Tier{.capacity = 50e9, .read_bandwidth = 1e12},
                                  Tier{.capacity = 1e12, .read_bandwidth = 50e9, .chained = true}};
  const std::array<StoredObject, 1> weights{StoredObject{.size = 60e9, .read = 60e9}};
  const Placement p = place(weights, tiers);
  EXPECT_NEAR(p.seconds, 50e9 / 1e12 + 10e9 / 50e9, 1e-12);
  EXPECT_NEAR(read_seconds(tiers, p.shares[0], {.bytes = 60e9}), p.seconds, 1e-12);
}

TEST(Placement, WhatEveryTokenWritesStaysOutOfTiersThatCannotHoldIt) {
  const std::array<Tier, 2> tiers{
      Tier{.capacity = 100e9, .read_bandwidth = 4e12, .write_bandwidth = 4e12},
      Tier{.capacity = 1e12, .read_bandwidth = 4e12, .write_bandwidth = 1e11, .holds_cache = false}};
  std::array<StoredObject, 2> objects{StoredObject{.size = 150e9, .read = 150e9},
                                      StoredObject{.size = 60e9, .read = 60e9, .written = 1e6, .changes = true}};
  Placement p = place(objects, tiers);
  EXPECT_TRUE(p.fits());
  EXPECT_DOUBLE_EQ(p.shares[1][0], 1);
  EXPECT_NEAR(p.shares[0][0], 40e9 / 150e9, 1e-12) << "the weights leave room for the cache";
  objects[1].size = 130e9;
  p = place(objects, tiers);
  EXPECT_FALSE(p.fits());
  EXPECT_EQ(p.homeless, 1U);
  EXPECT_NEAR(p.lacking, 30e9, 1);
}

TEST(Placement, SaysWhatLacksInOneTier) {
  const std::array<Tier, 1> tiers{Tier{.capacity = 80e9, .read_bandwidth = 2e12, .write_bandwidth = 2e12}};
  const std::array<StoredObject, 2> objects{StoredObject{.size = 70e9, .read = 70e9},
                                            StoredObject{.size = 30e9, .read = 30e9, .changes = true}};
  const Placement p = place(objects, tiers);
  EXPECT_EQ(p.homeless, 1U);
  EXPECT_DOUBLE_EQ(p.lacking, 20e9);
  EXPECT_EQ(p.binding, 0U);
}

// Pages of 16 KiB read in blocks of 4 KiB deliver a quarter, so such an object gets less of the paged tier.
TEST(Placement, SmallBlocksAvoidLargePages) {
  const std::array<Tier, 2> tiers{Tier{.capacity = 1e12, .read_bandwidth = 1e12},
                                  Tier{.capacity = 1e12, .read_bandwidth = 1e12, .granularity = 16384}};
  const std::array<StoredObject, 1> objects{StoredObject{.size = 1e9, .read = 1e9, .block = 4096}};
  EXPECT_DOUBLE_EQ(place(objects, tiers).shares[0][1], 0.2);
}

// F1 and section 4.4: a tier that is read completely every step.
TEST(Placement, SweepOfAFullTier) {
  EXPECT_DOUBLE_EQ(sweep_seconds({.read_bandwidth = 1.6e12}, 512e9), 0.320);
  EXPECT_DOUBLE_EQ(sweep_seconds({.read_bandwidth = 1280e9}, 48e9), 37.5e-3);
  EXPECT_DOUBLE_EQ(sweep_seconds({.read_bandwidth = 256e9}, 768e6), 3.0e-3);
}

TEST(PlacementOptimum, ExactWhereEveryTierMayHoldEverything) {
  for (std::size_t tiers = 1; tiers <= 4; ++tiers) {
    const Gaps g = compare({.tiers = tiers}, 300, 1);
    EXPECT_GT(g.solved, 50U);
    EXPECT_LT(g.worst, 1e-6) << tiers;
  }
}

TEST(PlacementOptimum, ExactWithTiersBehindALink) {
  for (std::size_t tiers = 2; tiers <= 4; ++tiers) {
    const Gaps g = compare({.tiers = tiers, .chained = true}, 300, 2);
    EXPECT_GT(g.solved, 50U);
    EXPECT_LT(g.worst, 1e-6) << tiers;
  }
}

TEST(PlacementOptimum, ExactWhereOneTierHoldsTheCache) {
  for (std::size_t tiers = 2; tiers <= 4; ++tiers) {
    const Gaps g = compare({.tiers = tiers, .chained = true, .cache_tiers = 1}, 300, 3);
    EXPECT_GT(g.solved, 50U);
    EXPECT_LT(g.worst, 1e-6) << tiers;
  }
}

// One number, found to 1e-4, decides how much of the better tier the cache gets.
TEST(PlacementOptimum, ExactWhereTwoTiersHoldTheCacheAndOthersDoNot) {
  for (std::size_t tiers = 3; tiers <= 4; ++tiers) {
    const Gaps g = compare({.tiers = tiers, .chained = tiers == 4, .cache_tiers = 2}, 1000, 4);
    EXPECT_GT(g.solved, 500U);
    EXPECT_LT(g.worst, 1.01e-4) << tiers;
  }
}

// Limits that differ from object to object at random: always placed where that is possible, nearly always at the
// optimum. Of 52,000 such instances with two to five tiers 1.3 % were off, 0.5 % by over 1 %, the worst by 28 %.
TEST(PlacementOptimum, NearlyAlwaysExactWithAnyLimits) {
  for (std::size_t tiers = 2; tiers <= 4; ++tiers) {
    const Gaps g = compare({.tiers = tiers, .chained = true, .masks = true}, 1000, 5);
    EXPECT_LT(g.suboptimal, g.solved / 25) << tiers;
    EXPECT_LT(g.worst, 0.3) << tiers;
  }
}

}  // namespace
}  // namespace sextant::analysis
