// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/latencies.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sextant::storage {
namespace {

Latencies counting(std::uint64_t n, std::size_t room) {
  Latencies all(room);
  for (std::uint64_t i = n; i > 0; --i) all.add(1000 * i);
  return all;
}

TEST(Latencies, AreExactWhileThereIsRoom) {
  const Latencies all = counting(1000, 1000);
  EXPECT_DOUBLE_EQ(all.quantile(0.5), 500e-6);
  EXPECT_DOUBLE_EQ(all.quantile(0.99), 990e-6);
  EXPECT_DOUBLE_EQ(all.largest(), 1e-3);
  ASSERT_EQ(all.each().size(), 1000u);
  EXPECT_DOUBLE_EQ(all.each().front(), 1e-3) << "in the order they came";
}

TEST(Latencies, AreWithinAPercentBeyondIt) {
  const Latencies all = counting(1000, 10);
  EXPECT_NEAR(all.quantile(0.5), 500e-6, 5e-6);
  EXPECT_NEAR(all.largest(), 1e-3, 1e-5);
  EXPECT_EQ(all.each().size(), 10u);
}

// n requests lie all below a quantile q with probability q^n: below 5 % there is an upper bound.
TEST(Latencies, GiveNoQuantileThatTheyCannotBound) {
  EXPECT_TRUE(std::isnan(counting(28, 100).quantile(0.9)));
  EXPECT_FALSE(std::isnan(counting(29, 100).quantile(0.9)));
  EXPECT_TRUE(std::isnan(counting(298, 500).quantile(0.99)));
  EXPECT_FALSE(std::isnan(counting(299, 500).quantile(0.99)));
  EXPECT_TRUE(std::isnan(counting(2994, 5000).quantile(0.999)));
  EXPECT_FALSE(std::isnan(counting(2995, 5000).quantile(0.999)));
  EXPECT_FALSE(std::isnan(counting(1, 1).quantile(0.5)));
  EXPECT_TRUE(std::isnan(Latencies(1).quantile(0.5)));
}

TEST(Latencies, OfOtherThreadsJoinTheHistogram) {
  Latencies one = counting(100, 0);
  one.join(counting(1000, 0));
  EXPECT_EQ(one.total(), 1100u);
}

}  // namespace
}  // namespace sextant::storage
