// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/flash.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sextant::analysis {
namespace {

// A5: 1 TB/s against 20 us needs 40 MB in a double buffer.
TEST(Flash, LatencyHidingBuffer) {
  EXPECT_DOUBLE_EQ(latency_hiding_buffer(1e12, 20e-6), 40e6);
  EXPECT_DOUBLE_EQ(buffered_bandwidth(40e6, 20e-6), 1e12);
}

// The default drive of MQSim (decode-model.md section 1): planes could sense 14.0 GB/s, the bus carries 2.66 GB/s.
TEST(Flash, TheSlowerOfSenseAndBusRules) {
  FlashGeometry geometry{.planes = 8 * 4 * 2 * 2, .page = 8192, .sense_time = 75e-6, .bus_bandwidth = 1e12};
  EXPECT_NEAR(read_bandwidth(geometry), 14.0e9, 0.05e9);
  geometry.bus_bandwidth = 8 * 333e6;
  EXPECT_NEAR(read_bandwidth(geometry), 2.66e9, 0.01e9);
}

// 16 dies of 488 planes with 4 KiB pages sense 1.6 TB/s at 20 us (section 4.5).
TEST(Flash, PlanesThatFirstGenerationNeeds) {
  const FlashGeometry geometry{.planes = 16 * 488, .page = 4096, .sense_time = 20e-6, .bus_bandwidth = 1e13};
  EXPECT_NEAR(read_bandwidth(geometry), 1.6e12, 0.01e12);
}

// Without cache read the bus waits for the sense time: a channel of MQSim's drive moves 8 KiB in 24.6 us after 75 us.
TEST(Flash, WithoutCacheReadAPageHoldsItsPlane) {
  FlashGeometry one{.planes = 1, .page = 8192, .sense_time = 75e-6, .bus_bandwidth = 333e6};
  const double overlapped = read_bandwidth(one);
  one.cache_read = false;
  EXPECT_NEAR(read_bandwidth(one), 8192 / (75e-6 + 8192 / 333e6), 1);
  EXPECT_LT(read_bandwidth(one), overlapped);
  EXPECT_NEAR(read_latency(one), 75e-6 + 24.6e-6, 1e-8);
}

// The OCP specification states no sense time, but 16 channels of 16 banks and 1.536 TB/s imply one (4.5).
TEST(Flash, SenseTimeThatTheSpecificationImplies) {
  EXPECT_NEAR(implied_sense_time(16 * 16, 65536, 1.536e12), 10.9e-6, 0.05e-6);
  EXPECT_NEAR(implied_sense_time(16 * 16, 4096, 1.536e12), 0.68e-6, 0.005e-6);
  const FlashGeometry implied{
      .planes = 256, .page = 65536, .sense_time = implied_sense_time(256, 65536, 1.536e12), .bus_bandwidth = 1e13};
  EXPECT_NEAR(read_bandwidth(implied), 1.536e12, 1) << "the check is the equation turned round";
}

TEST(Flash, CommandsTakePlanesAndTimeDecodingOnlyTime) {
  const FlashGeometry geometry{.planes = 100,
                               .page = 4096,
                               .sense_time = 3e-6,
                               .command_time = 1e-6,
                               .bus_bandwidth = 1e13,
                               .channels = 10,
                               .decode_time = 2e-6};
  EXPECT_NEAR(read_bandwidth(geometry), 100 * 4096 / 4e-6, 1);
  EXPECT_NEAR(read_latency(geometry), 6e-6 + 4096 / 1e12, 1e-12);
}

// 96 planes a die with pages of 16 KiB sense 1.26 TB/s at 20 us (4.5).
TEST(Flash, FewerPlanesWithLargerPages) {
  const FlashGeometry geometry{.planes = 16 * 96, .page = 16384, .sense_time = 20e-6, .bus_bandwidth = 1e13};
  EXPECT_NEAR(read_bandwidth(geometry), 1.26e12, 0.005e12);
}

TEST(Flash, WritesTakeTheirShareOfThePlanes) {
  FlashGeometry geometry{.planes = 64,
                         .page = 16384,
                         .sense_time = 20e-6,
                         .bus_bandwidth = 1e11,
                         .program_planes = 64,
                         .program_time = 200e-6,
                         .erase_time = 2e-3,
                         .pages_per_block = 500};
  EXPECT_NEAR(write_bandwidth(geometry), 64 * 16384 / 204e-6, 1);
  EXPECT_NEAR(write_load(geometry, write_bandwidth(geometry) / 4), 0.25, 1e-12);
  const double alone = write_bandwidth(geometry);
  geometry.write_amplification = 1.25;
  EXPECT_NEAR(write_bandwidth(geometry), 0.8 * alone, 1);
  EXPECT_DOUBLE_EQ(write_load(geometry, 1e15), 1);
  EXPECT_DOUBLE_EQ(read_latency_beside_writes(20e-6, 0.5, 10e-6), 25e-6);
}

TEST(Flash, SparseRowsKeepWholePages) {
  EXPECT_DOUBLE_EQ(touched_share(0.1, 4096, 4096), 0.1);
  EXPECT_NEAR(touched_share(0.1, 1024, 4096), 1 - std::pow(0.9, 4), 1e-15);
  EXPECT_DOUBLE_EQ(touched_share(0.1, 6144, 4096), 0.1 / 0.75);
  EXPECT_DOUBLE_EQ(touched_share(1, 64, 4096), 1);
  for (const double row : {64.0, 500.0, 5000.0, 40000.0}) EXPECT_GE(touched_share(0.3, row, 4096), 0.3);
}

TEST(Flash, IsATierThatCannotHoldTheCache) {
  const FlashGeometry geometry{.planes = 16 * 488,
                               .page = 4096,
                               .sense_time = 20e-6,
                               .bus_bandwidth = 1e13,
                               .program_planes = 16 * 488,
                               .program_time = 500e-6};
  const Tier tier = flash_tier(geometry, 512e9, 40e6);
  EXPECT_FALSE(tier.holds_cache);
  EXPECT_NEAR(tier.read_bandwidth, 1.6e12, 0.01e12);
  EXPECT_NEAR(sustained_bandwidth(tier), 1e12, 0.001e12) << "a buffer of 40 MB hides 20 us up to 1 TB/s";
  EXPECT_GT(tier.write_bandwidth, 0);
}

TEST(Flash, DepthIsRelativeToWhatFullBandwidthKeepsInFlight) {
  EXPECT_DOUBLE_EQ(relative_depth(32e6, 1.6e12, 20e-6), 1);
}

}  // namespace
}  // namespace sextant::analysis
