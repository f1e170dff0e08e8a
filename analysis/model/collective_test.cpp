// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/collective.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sextant::analysis {
namespace {

constexpr double us = 1e-6, GB = 1e9, KiB = 1024, MiB = 1024 * 1024;

TEST(Collective, OneDeviceCostsNothing) {
  const Interconnect net{Topology::switched, 5 * us, 0, 1 / (450 * GB), 1};
  EXPECT_EQ(all_reduce(net, 1, 1e6).seconds(), 0);
  EXPECT_EQ(all_gather(net, 1, 1e6).seconds(), 0);
}

TEST(Collective, SmallMessagesGoDirectLargeOnesInShares) {
  const Interconnect net{Topology::switched, 3.5 * us, 0, 1 / (450 * GB), 1};
  EXPECT_EQ(all_reduce(net, 8, 16 * KiB).algorithm, Algorithm::one_shot);
  EXPECT_EQ(all_reduce(net, 8, 4 * MiB).algorithm, Algorithm::two_shot);
}

// The closed forms of section 4.8.
TEST(Collective, RingAndTorusFollowTheirFormulae) {
  const Interconnect ring{Topology::ring, 2 * us, 0, 1 / (100 * GB), 1};
  EXPECT_NEAR(all_reduce(ring, 4, 1e6).seconds(), 6 * 2 * us + 1.5 * 1e6 / (100 * GB), 1e-12);
  const Interconnect torus{Topology::torus, 1 * us, 0, 1 / (200 * GB), 2};
  EXPECT_NEAR(all_reduce(torus, 16, 1e6).seconds(), 2 * 2 * 3 * us + 2 * 1e6 / (200 * GB), 1e-12);
}

TEST(Collective, ReductionInTheSwitchSendsEachByteOnce) {
  const Interconnect net{Topology::switch_reduction, 0.5 * us, 0.2 * us, 1 / (900 * GB), 1};
  const CollectiveTime large = all_reduce(net, 8, 64 * MiB);
  EXPECT_EQ(large.algorithm, Algorithm::in_network);
  EXPECT_NEAR(large.seconds(), 0.7 * us + 64 * MiB / (900 * GB), 1e-12);
  const Interconnect plain{Topology::switched, 0.5 * us, 0, 1 / (900 * GB), 1};
  EXPECT_LT(large.seconds(), all_reduce(plain, 8, 64 * MiB).seconds());
}

// Published: 8 H100, custom all-reduce replayed in a graph, aiconfigurator tables (sglang 0.5.14): 3.494, 3.748, 4.805,
// 9.355, 13.467 and 33.337 us at 4, 16, 64, 256, 1024 and 4096 KiB. Alpha is read at 4 KiB alone, G from the data
// sheet. One curve of 18, and the tolerances follow its errors: a guard against change. Other libraries are missed by
// up to 65 % at large sizes (docs/decode-model.md 4.8).
TEST(Collective, KeepsItsDistanceFromAPublishedCurve) {
  const Interconnect net{Topology::switched, 3.494 * us, 0, 1 / (450 * GB), 1};
  struct Point {
    double bytes, seconds, tolerance;
  };
  for (const Point& p : std::array<Point, 5>{{{16 * KiB, 3.748 * us, 0.05},
                                              {64 * KiB, 4.805 * us, 0.10},
                                              {256 * KiB, 9.355 * us, 0.25},
                                              {1 * MiB, 13.467 * us, 0.20},
                                              {4 * MiB, 33.337 * us, 0.35}}}) {
    EXPECT_NEAR(all_reduce(net, 8, p.bytes).seconds() / p.seconds, 1, p.tolerance) << p.bytes;
  }
}

TEST(Collective, AGatherCostsNoMoreThanAReduction) {
  for (const Topology topology :
       {Topology::ring, Topology::fully_connected, Topology::torus, Topology::switched, Topology::switch_reduction}) {
    const Interconnect net{topology, 2 * us, 0.2 * us, 1 / (100 * GB), 3};
    for (const double bytes : {8.0, 64 * KiB, 16 * MiB}) {
      EXPECT_LE(all_gather(net, 8, bytes).seconds(), all_reduce(net, 8, bytes).seconds()) << bytes;
    }
  }
}

}  // namespace
}  // namespace sextant::analysis
