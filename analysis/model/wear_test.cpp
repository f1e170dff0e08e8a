// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/wear.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

constexpr double llama_3_70b_token = 327680;  // byte of BF16 cache
constexpr double deepseek_v3_token = 70272;

Endurance slc() { return {.cycles = 1e5, .write_amplification = 1.1, .pages_per_block = 768, .reads_per_block = 1e6}; }

// A stack of 512 GB that takes the cache of so many tokens a second (4.5).
double years_of_cache(double bytes_per_token, double tokens_per_second) {
  return years_of_writes(slc(), {.capacity = 512e9, .written = bytes_per_token * tokens_per_second});
}

TEST(Wear, CacheWritesOfOneStack) {
  EXPECT_NEAR(years_of_cache(llama_3_70b_token, 1e3), 4.5, 0.05);
  EXPECT_NEAR(years_of_cache(llama_3_70b_token, 1e4), 0.45, 0.005);
  EXPECT_NEAR(years_of_cache(deepseek_v3_token, 1e3), 21, 0.5);
  EXPECT_NEAR(years_of_cache(deepseek_v3_token, 1e4), 2.1, 0.05);
}

// A full stack read at 1.6 TB/s: each block is due after 420 s (4.5).
TEST(Wear, ReadingWearsToo) {
  Endurance e = slc();
  const FlashUse use{.capacity = 512e9, .occupied = 512e9, .read = 1.6e12};
  EXPECT_NEAR(512e9 / rewritten(e, use), 420, 5);
  EXPECT_NEAR(years_of_read_disturb(e, use), 1.3, 0.05);
  e.cycles = 3e3;
  EXPECT_NEAR(years_of_read_disturb(e, use) * 365.25, 15, 0.6);
}

// Rewritten once a day because charge leaks: 365 cycles a year and 5.9 MB/s a stack (4.5).
TEST(Wear, RetentionRewritesOnceADay) {
  Endurance e{.cycles = 3e3};
  const FlashUse use{.capacity = 512e9, .occupied = 512e9, .rewrites_per_year = 365};
  EXPECT_NEAR(years_of_retention(e, use), 8.2, 0.05);
  EXPECT_NEAR(rewritten(e, use), 5.9e6, 0.05e6);
  e.cycles = 1e5;
  EXPECT_NEAR(years_of_retention(e, use), 274, 0.5);
}

TEST(Wear, WeightUpdates) { EXPECT_NEAR(years_of_updates(slc(), {.updates_per_year = 365}), 1e5 / 365 / 1.1, 1e-9); }

// Published, not ours: a 1 TB SLC device takes 55 TB a day for five years (FlashAccel, arXiv 2607.10186), and 48 GB/s
// of writes end a stack of 512 GB within 14 days (SNU, IEEE CAL 2026; published_claims.csv).
TEST(Wear, PublishedLifetimes) {
  const Endurance e{.cycles = 1e5};
  EXPECT_NEAR(writes_for_lifetime(e, {.capacity = 1e12}, 5) * 86400, 55e12, 0.5e12);
  EXPECT_LT(years_of_writes(e, {.capacity = 512e9, .written = 48e9}) * 365.25, 14);
}

// Rates add: two mechanisms of two years each leave one, and the faster is named.
TEST(Wear, MechanismsAddUp) {
  const Endurance e = slc();
  FlashUse use{.capacity = 512e9, .occupied = 512e9, .read = 1.6e12};
  EXPECT_EQ(lifetime(e, use).fastest, Mechanism::read_disturb);
  use.written = use.capacity * e.cycles / (e.write_amplification * seconds_per_year * years_of_read_disturb(e, use));
  EXPECT_NEAR(lifetime(e, use).years, years_of_read_disturb(e, use) / 2, 1e-9);
  use.written *= 2;
  EXPECT_EQ(lifetime(e, use).fastest, Mechanism::writes);
}

TEST(Wear, NothingDoneLastsForever) {
  const Lifetime life = lifetime(slc(), {.capacity = 512e9, .occupied = 512e9});
  EXPECT_EQ(life.years, forever);
  EXPECT_EQ(life.fastest, Mechanism::none);
}

double between(int low, int high) { return std::pow(10.0, *rc::gen::inRange(low * 100, high * 100) / 100.0); }

RC_GTEST_PROP(WearProperty, NeverLongerThanTheShortestAndNeverLessThanAQuarterOfIt, ()) {
  const Endurance e{between(3, 6), 1 + between(-2, 1), between(2, 3), between(4, 8)};
  const FlashUse use{between(10, 13), between(9, 10), between(3, 10), between(8, 13), between(0, 3), between(0, 3)};
  const Lifetime life = lifetime(e, use);
  const double shortest = std::min({life.writes, life.updates, life.read_disturb, life.retention});
  RC_ASSERT(life.years < shortest);
  RC_ASSERT(life.years >= shortest / 4 * (1 - 1e-12));
  const double rate = 1 / life.writes + 1 / life.updates + 1 / life.read_disturb + 1 / life.retention;
  RC_ASSERT(std::abs(life.years * rate - 1) < 1e-12);
}

RC_GTEST_PROP(WearProperty, WritesForALifetimeGiveThatLifetime, ()) {
  const Endurance e{between(3, 6), 1.1, 768, between(4, 8)};
  FlashUse use{between(10, 13), between(9, 10), 0, between(8, 12), 0, *rc::gen::elementOf(std::vector<double>{0, 365})};
  const double alone = lifetime(e, use).years;
  const double years = alone / (1 + between(-2, 2));
  use.written = writes_for_lifetime(e, use, years);
  RC_ASSERT(std::abs(lifetime(e, use).years / years - 1) < 1e-9);
  RC_ASSERT(writes_for_lifetime(e, use, 2 * alone) == 0);
}

}  // namespace
}  // namespace sextant::analysis
