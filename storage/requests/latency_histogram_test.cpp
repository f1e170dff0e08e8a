// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sextant::storage {
namespace {

TEST(LatencyHistogram, IsEmptyAtFirst) { EXPECT_TRUE(std::isnan(LatencyHistogram{}.quantile(0.5))); }

TEST(LatencyHistogram, IsExactBelow128Nanoseconds) {
  LatencyHistogram histogram;
  for (std::uint64_t ns = 1; ns <= 100; ++ns) histogram.add(ns);
  EXPECT_DOUBLE_EQ(histogram.quantile(0.5), 50e-9);
  EXPECT_DOUBLE_EQ(histogram.quantile(0.99), 99e-9);
  EXPECT_DOUBLE_EQ(histogram.quantile(1.0), 100e-9);
  EXPECT_DOUBLE_EQ(histogram.quantile(0.0), 1e-9);
}

// The stated bound holds for every octave and at both ends of a bucket.
TEST(LatencyHistogram, KeepsEveryValueWithinItsBound) {
  for (std::uint64_t value = 1; value < (std::uint64_t{1} << 60); value = value * 9 / 8 + 1) {
    for (const std::uint64_t ns : {value, value | (value >> 1), std::bit_floor(value), std::bit_floor(value) * 2 - 1}) {
      LatencyHistogram histogram;
      histogram.add(ns);
      const double exact = static_cast<double>(ns) * 1e-9;
      EXPECT_NEAR(histogram.quantile(0.5), exact, exact / 128 + 1e-24) << ns;
    }
  }
}

TEST(LatencyHistogram, FindsTheTail) {
  LatencyHistogram histogram;
  for (int i = 0; i < 985; ++i) histogram.add(50'000);
  for (int i = 0; i < 15; ++i) histogram.add(20'000'000);
  EXPECT_NEAR(histogram.quantile(0.50), 50e-6, 50e-6 / 128);
  EXPECT_NEAR(histogram.quantile(0.98), 50e-6, 50e-6 / 128);
  EXPECT_NEAR(histogram.quantile(0.99), 20e-3, 20e-3 / 128);
  histogram.clear();
  EXPECT_EQ(histogram.total(), 0u);
}

}  // namespace
}  // namespace sextant::storage
