// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/flash.hpp"

#include <gtest/gtest.h>

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

TEST(Flash, DepthIsRelativeToWhatFullBandwidthKeepsInFlight) {
  EXPECT_DOUBLE_EQ(relative_depth(32e6, 1.6e12, 20e-6), 1);
}

}  // namespace
}  // namespace sextant::analysis
