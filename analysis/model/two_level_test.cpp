// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/two_level.hpp"

#include <gtest/gtest.h>

namespace sextant::analysis {
namespace {

constexpr double us = 1e-6, GB = 1e9;

// Four nodes of eight: 450 GB/s and 3 us inside, 50 GB/s and 6 us between nodes.
TwoLevel cluster() {
  return {8, {Topology::switched, 3 * us, 0, 1 / (450 * GB), 1}, {Topology::switched, 6 * us, 0, 1 / (50 * GB), 1}};
}

TEST(TwoLevel, OneGroupIsTheInnerNetwork) {
  const TwoLevel net = cluster();
  for (const double bytes : {0.0, 16e3, 64e6}) {
    EXPECT_EQ(all_reduce(net, 8, bytes).seconds(), all_reduce(net.inner, 8, bytes).seconds());
    EXPECT_EQ(all_gather(net, 8, bytes).seconds(), all_gather(net.inner, 8, bytes).seconds());
    EXPECT_EQ(reduce_scatter(net, 4, bytes).seconds(), reduce_scatter(net.inner, 4, bytes).seconds());
    EXPECT_EQ(all_to_all(net, 8, bytes, 3).seconds(), all_to_all(net.inner, 8, bytes).seconds());
    EXPECT_EQ(broadcast(net, 8, bytes).seconds(), broadcast(net.inner, 8, bytes).seconds());
  }
  EXPECT_EQ(barrier(net, 8).seconds(), barrier(net.inner, 8).seconds());
}

TEST(TwoLevel, GroupsOfOneAreTheOuterNetwork) {
  TwoLevel net = cluster();
  net.local = 1;
  for (const double bytes : {0.0, 16e3, 64e6}) {
    EXPECT_EQ(all_reduce(net, 4, bytes).seconds(), all_reduce(net.outer, 4, bytes).seconds());
    EXPECT_EQ(all_to_all(net, 4, bytes).seconds(), all_to_all(net.outer, 4, bytes).seconds());
  }
}

// Large: 3 + 7/8 n/450 inside twice, 12 + 2 * 3/4 n/8/50 across.
TEST(TwoLevel, OnlyAShareCrosses) {
  const double n = 80e6;
  EXPECT_NEAR(all_reduce(cluster(), 32, n).seconds(),
              2 * (3 * us + 7 / 8. * n / (450 * GB)) + 12 * us + 1.5 * n / 8 / (50 * GB), 1e-12);
  EXPECT_NEAR(all_gather(cluster(), 32, n).seconds(),
              6 * us + 0.75 * n / 8 / (50 * GB) + 3 * us + 7 / 8. * n / (450 * GB), 1e-12);
}

// A few bytes: one message inside and one across, instead of three.
TEST(TwoLevel, FewBytesAreSummedTwice) {
  EXPECT_NEAR(all_reduce(cluster(), 32, 64).seconds(), 3 * us + 7 * 64 / (450 * GB) + 6 * us + 3 * 64 / (50 * GB),
              1e-12);
}

TEST(TwoLevel, OneCopyAGroupCrosses) {
  const double n = 8e6;
  const CollectiveTime direct = all_to_all(cluster(), 32, n, 1);
  EXPECT_NEAR(direct.seconds(), 6 * us + 0.75 * n / (50 * GB), 1e-12);
  const CollectiveTime once = all_to_all(cluster(), 32, n, 4);
  EXPECT_NEAR(once.seconds(), 6 * us + 0.75 * n / 4 / (50 * GB) + 3 * us + 7 / 8. * n / (450 * GB), 1e-12);
  EXPECT_LT(once.seconds(), direct.seconds());
}

// Two experts of eight, in two groups: the second lies with the first in 3 of 7 cases.
TEST(TwoLevel, ATokenReachesFewerGroupsThanItHasExperts) {
  EXPECT_NEAR(groups_reached(2, 8, 2), 2 - 3 / 7., 1e-12);
  EXPECT_NEAR(groups_reached(8, 8, 2), 2, 1e-12) << "one expert a group: none shared";
  EXPECT_EQ(groups_reached(1, 256, 8), 1);
  EXPECT_NEAR(groups_reached(4, 256, 256), 4, 1e-12);
}

}  // namespace
}  // namespace sextant::analysis
