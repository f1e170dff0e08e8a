// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/collective.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

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
  EXPECT_NEAR(all_reduce(torus, 16, 1e6).seconds(), 2 * 2 * 3 * us + 2 * 15 / 16. * 1e6 / (200 * GB), 1e-12);
}

// A torus of one dimension is a ring; one of 8 by 2 turns slower than its links allow, because the short side is done
// first and waits: turns of max(7/8, 1/2) and max(1/2 / 8, 7/8 / 2) of half the bytes each way.
TEST(Collective, SidesOfATorusMayDiffer) {
  const Interconnect ring{Topology::ring, 2 * us, 0, 1 / (100 * GB), 1};
  Interconnect torus{Topology::torus, 2 * us, 0, 1 / (100 * GB), 1};
  EXPECT_DOUBLE_EQ(all_reduce(torus, 8, 1e6).seconds(), all_reduce(ring, 8, 1e6).seconds());
  torus.dimensions = 2;
  torus.sides = {8, 2};
  const CollectiveTime time = all_reduce(torus, 16, 1e6);
  EXPECT_NEAR(time.latency, 2 * (7 + 1) * 2 * us, 1e-15);
  EXPECT_NEAR(time.transfer, 2 * (7 / 8. + 7 / 16.) * 1e6 / (100 * GB), 1e-12);
  torus.sides = {4, 4};
  EXPECT_NEAR(all_reduce(torus, 16, 1e6).transfer, 2 * 15 / 16. * 1e6 / (100 * GB), 1e-12);
}

// GenZ (collective_times.py): 5 us + 2 (N - 1) alpha + 2 (N - 1)/N n / BW.
TEST(Collective, RingIsTheFormulaOfGenZ) {
  const auto genz = [](double n, double ranks, double alpha, double bandwidth) {
    return 5 * us + 2 * (ranks - 1) * alpha + 2 * (ranks - 1) / ranks * n / bandwidth;
  };
  const Interconnect ring{Topology::ring, 0.5 * us, 0, 1 / (300 * GB), 1};
  for (const double ranks : {2.0, 4.0, 8.0, 64.0}) {
    for (const double bytes : {16 * KiB, 64 * MiB}) {
      EXPECT_DOUBLE_EQ(5 * us + all_reduce(ring, ranks, bytes).seconds(), genz(bytes, ranks, 0.5 * us, 300 * GB));
    }
  }
}

// 7 nodes of a binary tree: up two links and down two, 3 of which a node shares its injection among.
TEST(Collective, ATreePassesPieces) {
  const Interconnect tree{Topology::tree, 1 * us, 0, 1 / (100 * GB), 1};
  EXPECT_NEAR(all_reduce(tree, 7, 0).seconds(), 4 * us, 1e-15);
  // 30 us of bytes on a link: sqrt(3 * 30) = 9.487 pieces, 3 + 30 + 2 sqrt(90) us.
  EXPECT_NEAR(all_reduce(tree, 7, 1e6).seconds(), (3 + 30 + 2 * std::sqrt(90)) * us, 1e-12);
  // 0.03 us: one piece.
  EXPECT_NEAR(all_reduce(tree, 7, 1e3).seconds(), 4 * 1.03 * us, 1e-15);
}

// 32 devices in groups of 8, of whose injection a quarter leaves: all of them at once are four times slower across,
// but a ring leaves a group once and is not slowed.
TEST(Collective, ATaperedFatTreeSlowsWhatLeavesAGroup) {
  Interconnect tree{Topology::fat_tree, 1 * us, 0, 1 / (50 * GB), 2};
  tree.group = 8;
  tree.taper = 4;
  tree.hop = 0.5 * us;
  const double n = 1e9, second = n / (50 * GB);
  EXPECT_NEAR(all_reduce(tree, 8, 64).seconds(), 1 * us + 7 * 64 / (50 * GB), 1e-12) << "within a leaf";
  EXPECT_NEAR(all_reduce(tree, 32, 0).latency, 2 * us, 1e-15) << "three switches";
  EXPECT_EQ(all_reduce(tree, 32, n).algorithm, Algorithm::ring);
  EXPECT_NEAR(all_reduce(tree, 32, n).transfer, 2 * 31 / 32. * second, 1e-9);
  EXPECT_NEAR(all_to_all(tree, 32, n).transfer, 4 * 24 / 32. * second, 1e-9);
  Interconnect dragonfly = tree;
  dragonfly.topology = Topology::dragonfly;
  EXPECT_NEAR(all_to_all(dragonfly, 32, n).transfer, 4 * 24 / 32. * second, 1e-9);
  EXPECT_NEAR(all_to_all(dragonfly, 32, 0).latency, 2 * us, 1e-15) << "local, global, local";
}

TEST(Collective, SmallExchangesHopAndLargeOnesGoDirect) {
  Interconnect net{Topology::switched, 2 * us, 0, 1 / (100 * GB), 1};
  net.message_gap = 0.2 * us;
  // 64 devices: 6 rounds, or 63 messages one after another.
  EXPECT_NEAR(all_to_all(net, 64, 100).seconds(), 6 * 2 * us + 6 * 50 / (100 * GB), 1e-12);
  EXPECT_EQ(all_to_all(net, 64, 100).algorithm, Algorithm::bruck);
  EXPECT_NEAR(all_to_all(net, 64, 1e6).seconds(), 2 * us + 62 * 0.2 * us + 63 / 64. * 1e6 / (100 * GB), 1e-12);
  EXPECT_NEAR(all_to_all(net, 2, 1e6).seconds(), 2 * us + 0.5e6 / (100 * GB), 1e-12);
}

TEST(Collective, ExchangesOnRingAndTorusAreBoundByTheMiddle) {
  const Interconnect ring{Topology::ring, 1 * us, 0, 1 / (100 * GB), 1};
  EXPECT_NEAR(all_to_all(ring, 8, 1e6).seconds(), 4 * us + 8 / 4. * 1e6 / (100 * GB), 1e-12);
  Interconnect torus{Topology::torus, 1 * us, 0, 1 / (100 * GB), 3};
  torus.hop = 0.1 * us;
  // 8 x 8 x 8: 12 hops; 6 links of a sixth of the injection each, n 8/8 on each.
  EXPECT_NEAR(all_to_all(torus, 512, 1e6).seconds(), 1 * us + 11 * 0.1 * us + 6 * 1e6 / (100 * GB), 1e-12);
}

TEST(Collective, ABroadcastTakesPiecesHalvesOrTheSwitch) {
  const Interconnect net{Topology::switched, 2 * us, 0, 1 / (100 * GB), 1};
  EXPECT_NEAR(broadcast(net, 8, 100).seconds(), 2 * us + 700 / (100 * GB), 1e-15);
  EXPECT_NEAR(broadcast(net, 8, 1e8).seconds(), 4 * us + 2 * 7 / 8. * 1e8 / (100 * GB), 1e-12);
  const Interconnect multicast{Topology::switch_reduction, 2 * us, 1 * us, 1 / (100 * GB), 1};
  EXPECT_NEAR(broadcast(multicast, 8, 1e8).seconds(), 2 * us + 1e8 / (100 * GB), 1e-12);
}

TEST(Collective, AMessageHasOneLinkOfItsSender) {
  EXPECT_NEAR(point_to_point({Topology::switched, 2 * us, 0, 1 / (100 * GB), 1}, 8, 1e6).seconds(), 12 * us, 1e-12);
  EXPECT_NEAR(point_to_point({Topology::fully_connected, 2 * us, 0, 1 / (100 * GB), 1}, 8, 1e6).seconds(), 72 * us,
              1e-12);
  EXPECT_NEAR(point_to_point({Topology::torus, 2 * us, 0, 1 / (100 * GB), 3}, 64, 1e6).seconds(), 62 * us, 1e-12);
}

TEST(Collective, BarriersTakeTheShortestWayToAll) {
  EXPECT_NEAR(barrier({Topology::ring, 1 * us, 0, 0, 1}, 8).seconds(), 4 * us, 1e-15);
  EXPECT_NEAR(barrier({Topology::fully_connected, 1 * us, 0, 0, 1}, 8).seconds(), 1 * us, 1e-15);
  EXPECT_NEAR(barrier({Topology::switch_reduction, 1 * us, 0.3 * us, 0, 1}, 8).seconds(), 1 * us, 1e-15);
  Interconnect slow_sender{Topology::switched, 1 * us, 0, 0, 1};
  slow_sender.message_gap = 1 * us;
  EXPECT_NEAR(barrier(slow_sender, 9).seconds(), 4 * us, 1e-15) << "four rounds instead of eight messages";
  Interconnect torus{Topology::torus, 1 * us, 0, 0, 2};
  EXPECT_NEAR(barrier(torus, 16).seconds(), 4 * us, 1e-15) << "two neighbours a dimension";
  torus.hop = 0.1 * us;
  EXPECT_NEAR(barrier(torus, 16).seconds(), 1.3 * us, 1e-15) << "routers forward";
}

// Up to three regimes: 12.7, 19.0 and 55.9 us with breaks at 16 KiB and 1 MiB, as fitted to four A100 (section 8, C1).
TEST(Collective, EachSizeHasItsRegime) {
  Interconnect net{Topology::switched, 55.9 * us, 0, 1 / (230 * GB), 1};
  net.smaller = {Regime{16 * KiB, 12.7 * us, 1 / (20 * GB)}, Regime{1 * MiB, 19.0 * us, 1 / (80 * GB)}};
  EXPECT_NEAR(all_reduce(net, 4, 0).seconds(), 12.7 * us, 1e-15);
  EXPECT_NEAR(all_reduce(net, 4, 16 * KiB).seconds(), 12.7 * us + 3 * 16 * KiB / (20 * GB), 1e-12);
  EXPECT_NEAR(all_gather(net, 4, 1 * MiB).seconds(), 19 * us + 0.75 * MiB / (80 * GB), 1e-12);
  EXPECT_NEAR(all_reduce(net, 4, 256 * MiB).seconds(), 2 * 55.9 * us + 1.5 * 256 * MiB / (230 * GB), 1e-9);
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
