// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/interconnect.hpp"

#include <gtest/gtest.h>

namespace sextant::analysis {
namespace {

TEST(Interconnect, DiametersFollowTheTopology) {
  EXPECT_EQ(hops({Topology::ring}, 8), 4);
  EXPECT_EQ(hops({Topology::ring}, 7), 3);
  EXPECT_EQ(hops({Topology::fully_connected}, 8), 1);
  EXPECT_EQ(hops({Topology::switched}, 72), 1);
  EXPECT_EQ(hops({Topology::torus, 0, 0, 0, 3}, 64), 6) << "4 x 4 x 4, although 64^(1/3) is below 4 in binary";
  Interconnect torus{Topology::torus, 0, 0, 0, 3};
  torus.sides = {4, 4, 16};
  EXPECT_EQ(hops(torus, 256), 2 + 2 + 8);
  EXPECT_EQ(hops({Topology::tree}, 7), 4);
  Interconnect dragonfly{Topology::dragonfly};
  dragonfly.group = 16;
  EXPECT_EQ(hops(dragonfly, 16), 1);
  EXPECT_EQ(hops(dragonfly, 17), 3);
  Interconnect fat_tree{Topology::fat_tree, 0, 0, 0, 3};
  EXPECT_EQ(hops(fat_tree, 512), 5);
  for (const Topology t : {Topology::ring, Topology::torus, Topology::tree, Topology::dragonfly, Topology::fat_tree}) {
    EXPECT_EQ(hops({t}, 1), 0);
  }
}

TEST(Interconnect, RoundsAreTheLogarithmRoundedUp) {
  EXPECT_EQ(rounds(1), 0);
  EXPECT_EQ(rounds(2), 1);
  EXPECT_EQ(rounds(3), 2);
  EXPECT_EQ(rounds(8), 3);
  EXPECT_EQ(rounds(9), 4);
  EXPECT_EQ(rounds(1024), 10);
}

TEST(Interconnect, ADesignMayLeaveTheDeliveryOut) {
  const LatencyParts through_memory{1.5e-6, 0.2e-6, 0.9e-6};
  LatencyParts into_sram = through_memory;
  into_sram.delivery = 0;
  EXPECT_DOUBLE_EQ(end_to_end_latency(through_memory, 3), 3.0e-6);
  EXPECT_DOUBLE_EQ(end_to_end_latency(through_memory, 3) - end_to_end_latency(into_sram, 3), 0.9e-6);
}

}  // namespace
}  // namespace sextant::analysis
