// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/tier.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace sextant::analysis {
namespace {

double between(int low, int high) { return std::pow(10.0, *rc::gen::inRange(low * 100, high * 100) / 100.0); }

Tier any_tier() {
  Tier t;
  t.read_bandwidth = between(9, 13);
  t.latency = between(-7, -4);
  t.granularity = *rc::gen::elementOf(std::vector<double>{0, 64, 4096, 65536});
  if (*rc::gen::arbitrary<bool>()) t.in_flight = between(4, 9);
  t.half_size = between(2, 7);
  t.prediction = *rc::gen::inRange(0, 101) / 100.0;
  return t;
}

TEST(Tier, SmallReadsWasteAPage) {
  EXPECT_DOUBLE_EQ(page_use(4096, 4096), 1);
  EXPECT_DOUBLE_EQ(page_use(1024, 4096), 0.25);
  EXPECT_DOUBLE_EQ(page_use(6144, 4096), 0.75);
  EXPECT_DOUBLE_EQ(page_use(6144, 0), 1);
}

// First-generation HBF needs 32 MB in flight, 7813 pages of 4 KiB (4.5).
TEST(Tier, FullBandwidthNeedsBandwidthTimesLatencyInFlight) {
  const Tier hbf{.read_bandwidth = 1.6e12, .latency = 20e-6, .granularity = 4096};
  EXPECT_NEAR(hbf.read_bandwidth * hbf.latency / 4096, 7813, 1);
  EXPECT_NEAR(read_bandwidth(hbf, 4096, 7813), 1.6e12, 1e9);
  EXPECT_NEAR(read_bandwidth(hbf, 4096, 781.3), 0.16e12, 0.001e12);
}

// One read at a time: 1 MB over 1 TB/s after 1 us takes 2 us, half of them waiting.
TEST(Tier, OneReadAtATimeWaitsAndTransfers) {
  const Tier t{.read_bandwidth = 1e12, .latency = 1e-6};
  EXPECT_DOUBLE_EQ(read_bandwidth(t, 1e6, 1), 0.5e12);
}

// A5 turned round: half of a 40 MB double buffer in flight carries 1 TB/s against 20 us.
TEST(Tier, WhatMayBeOutstandingLimitsOrderedReads) {
  Tier t{.read_bandwidth = 1.6e12, .latency = 20e-6, .in_flight = 20e6};
  EXPECT_DOUBLE_EQ(sustained_bandwidth(t), 1e12);
  t.in_flight = 0;
  EXPECT_DOUBLE_EQ(sustained_bandwidth(t), 1.6e12);
}

// Experts of DeepSeek-V3 in flash, none guessed: 58 layers show 1.16 ms a token at 20 us and 0.58 ms at 10 us (4.5).
TEST(Tier, DataDependentAddressesShowTheSenseTime) {
  Tier t{.read_bandwidth = 1.6e12, .latency = 20e-6};
  EXPECT_NEAR(58 * exposed_latency(t, Address::data_dependent, 1), 1.16e-3, 1e-9);
  t.latency = 10e-6;
  EXPECT_NEAR(58 * exposed_latency(t, Address::data_dependent, 1), 0.58e-3, 1e-9);
}

TEST(Tier, LeadTimeHidesTheLatencyOfKnownAddresses) {
  const Tier t{.read_bandwidth = 1e12, .latency = 20e-6, .prediction = 0.75};
  EXPECT_DOUBLE_EQ(exposed_latency(t, Address::fixed_order, 1e-3), 0);
  EXPECT_DOUBLE_EQ(exposed_latency(t, Address::layer_ahead, 5e-6), 15e-6);
  EXPECT_DOUBLE_EQ(exposed_latency(t, Address::layer_ahead, 5e-6, 3e-6), 18e-6);
  EXPECT_DOUBLE_EQ(exposed_latency(t, Address::data_dependent, 1e-3), 5e-6);
  EXPECT_DOUBLE_EQ(exposed_latency(t, Address::data_dependent, 5e-6), 0.25 * 20e-6 + 0.75 * 15e-6);
}

// One wrong guess of eight keeps the layer waiting: 1 - 0.9^8 = 57 %, not 10 %.
TEST(Tier, ALayerWaitsUnlessEveryExpertWasGuessed) {
  const Tier t{.read_bandwidth = 1e12, .latency = 20e-6, .prediction = 0.9};
  EXPECT_NEAR(exposed_latency(t, Address::data_dependent, 1, 0, 8), 20e-6 * (1 - std::pow(0.9, 8)), 1e-15);
}

TEST(Tier, WrongGuessesAreReadForNothing) {
  Tier t{.read_bandwidth = 1e12, .prediction = 0.75};
  const Access experts{.bytes = 1e9, .address = Address::data_dependent};
  EXPECT_DOUBLE_EQ(read_seconds(t, experts), 1.25e-3);
  EXPECT_DOUBLE_EQ(read_seconds(t, {.bytes = 1e9}), 1e-3);
  t.prediction = 0;  // nothing is guessed, so nothing is guessed wrongly
  EXPECT_DOUBLE_EQ(read_seconds(t, experts), 1e-3);
}

TEST(Tier, HalfSizeIsWhereHalfOfTheBandwidthIsReached) {
  const Tier t{.read_bandwidth = 1e12, .half_size = 1e6};
  EXPECT_DOUBLE_EQ(1e6 / read_seconds(t, {.bytes = 1e6}), 0.5e12);
  EXPECT_DOUBLE_EQ(read_seconds(t, {}), 0);
}

TEST(Tier, LoadedLatencyGrowsWithoutBound) {
  EXPECT_DOUBLE_EQ(loaded_latency(10e-6, 0.5, 0), 10e-6);
  EXPECT_DOUBLE_EQ(loaded_latency(10e-6, 0.5, 0.5), 15e-6);
  EXPECT_TRUE(std::isinf(loaded_latency(10e-6, 0.5, 1)));
  EXPECT_GT(loaded_latency(10e-6, 0.5, 0.5, 8), loaded_latency(10e-6, 0.5, 0.5));
}

RC_GTEST_PROP(TierProperty, BandwidthGrowsWithRequestsAndStaysBelowThePeak, ()) {
  const Tier t = any_tier();
  const double block = between(2, 7);
  const double requests = between(0, 5);
  RC_ASSERT(read_bandwidth(t, block, 2 * requests) >= read_bandwidth(t, block, requests) * (1 - 1e-12));
  RC_ASSERT(read_bandwidth(t, block, requests) <= t.read_bandwidth);
}

RC_GTEST_PROP(TierProperty, MoreBytesAreNeverFasterAndABetterTierNeverSlower, ()) {
  const Tier t = any_tier();
  const Access a{between(3, 11), *rc::gen::elementOf(std::vector<double>{0, 512, 8192}), Address::data_dependent};
  Tier wide = t;
  wide.read_bandwidth *= 2;
  Tier deep = t;
  if (deep.in_flight > 0) deep.in_flight *= 2;
  Access more = a;
  more.bytes *= 2;
  RC_ASSERT(read_seconds(t, more) > read_seconds(t, a));
  RC_ASSERT(read_seconds(wide, a) <= read_seconds(t, a) * (1 + 1e-12));
  RC_ASSERT(read_seconds(deep, a) <= read_seconds(t, a) * (1 + 1e-12));
}

RC_GTEST_PROP(TierProperty, ExposedLatencyLiesBetweenNothingAndAllOfIt, ()) {
  const Tier t = any_tier();
  const double lead = between(-8, -3);
  const double known = exposed_latency(t, Address::layer_ahead, lead);
  const double late = exposed_latency(t, Address::data_dependent, lead);
  RC_ASSERT(known >= 0 && late >= known * (1 - 1e-12) && late <= t.latency * (1 + 1e-12));
  RC_ASSERT(exposed_latency(t, Address::data_dependent, 2 * lead) <= late * (1 + 1e-12));
}

}  // namespace
}  // namespace sextant::analysis
