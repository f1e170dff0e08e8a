// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/flash_surface.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/model/tier.hpp"

namespace sextant::analysis {
namespace {

// The closed form of section 4.5 as it is written there, where blocks are whole pages.
TEST(FlashSurface, WithoutQueueingItIsTheMinimumOfTheBandwidthAndLittlesLaw) {
  const FlashSurface surface{.bandwidth = 3e9, .latency = 80e-6, .rate = 2e9, .page = 4096};
  for (const double block : {4096.0, 65536.0, 1048576.0})
    for (const double depth : {1.0, 4.0, 32.0, 500.0})
      EXPECT_NEAR(read_bandwidth(surface, block, depth) / std::min(3e9, depth * block / (80e-6 + block / 2e9)), 1,
                  1e-9);
}

TEST(FlashSurface, ASmallReadCostsAPageAndWaitsForIt) {
  const FlashSurface surface{.bandwidth = 1e9, .latency = 50e-6, .rate = 1e9, .page = 16384};
  EXPECT_DOUBLE_EQ(moved_bytes(surface, 512), 16384);
  EXPECT_DOUBLE_EQ(moved_bytes(surface, 16385), 32768);
  EXPECT_NEAR(read_bandwidth(surface, 4096, 1), 4096 / (50e-6 + 16384e-9), 1);
  EXPECT_NEAR(read_bandwidth(surface, 4096, 1000), 1e9 / 4, 1e6) << "a quarter of what the device moves was wanted";
}

// The equation it solves, and Little's law.
TEST(FlashSurface, QueueingIsTheLoadedLatencyOfTheModel) {
  for (const double shape : {0.01, 0.3, 2.0}) {
    const FlashSurface surface{.bandwidth = 1.6e9, .latency = 90e-6, .rate = 1.5e9, .page = 0, .queueing = shape};
    for (const double depth : {1.0, 3.5, 64.0, 1024.0}) {
      const double load = read_bandwidth(surface, 32768, depth) / 1.6e9;
      ASSERT_LT(load, 1);
      const double seconds = loaded_latency(90e-6, shape, load) + 32768 / 1.5e9;
      EXPECT_NEAR(loaded_latency(surface, 32768, depth) / seconds, 1, 1e-6);
    }
  }
}

TEST(FlashSurface, MoreInFlightNeverReadsSlowerNorFasterThanTheDevice) {
  const FlashSurface surface{.bandwidth = 2e9, .latency = 70e-6, .rate = 4e9, .page = 4096, .queueing = 0.5};
  double before = 0;
  for (double depth = 0.5; depth < 1e5; depth *= 2) {
    const double now = read_bandwidth(surface, 8192, depth);
    EXPECT_GT(now, before);
    EXPECT_LT(now, 2e9);
    before = now;
  }
}

TEST(FlashSurface, OneRequestIsAsDeepOnTheDeviceAsOnTheHost) {
  const double latency = 80e-6, floor = 8e-6, block = 65536, peak = 2e9;
  const double alone = block / latency;
  EXPECT_NEAR(outstanding_on_device(block, alone, floor) / (peak * (latency - floor)), block / (peak * latency), 1e-12);
}

}  // namespace
}  // namespace sextant::analysis
