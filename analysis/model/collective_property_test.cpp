// SPDX-License-Identifier: Apache-2.0
// What holds for every collective on every network (decode-model.md section 7, V1), tried on random ones.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "analysis/model/two_level.hpp"

namespace sextant::analysis {
namespace {

using Collective = CollectiveTime (*)(const Interconnect&, double, double);
constexpr std::array<Collective, 6> collectives{all_reduce, all_gather, reduce_scatter,
                                                all_to_all, broadcast,  point_to_point};

double between(int low, int high) { return std::pow(10.0, *rc::gen::inRange(low * 100, high * 100) / 100.0); }

Interconnect any_network() {
  Interconnect net;
  net.topology = static_cast<Topology>(*rc::gen::inRange(1, static_cast<int>(std::size(topology_names))));
  net.latency = between(-7, -4);
  net.reduction = between(-8, -6);
  net.gap = 1 / between(9, 12);
  net.dimensions = *rc::gen::inRange(1, 4);
  net.hop = *rc::gen::elementOf(std::vector<double>{0, 1e-7});
  net.message_gap = *rc::gen::elementOf(std::vector<double>{0, 1e-7, 1e-6});
  net.group = *rc::gen::elementOf(std::vector<double>{1, 4, 8, 64});
  net.taper = *rc::gen::inRange(10, 80) / 10.0;
  return net;
}

double any_ranks() { return *rc::gen::inRange(2, 600); }
double any_bytes() { return between(0, 9); }

constexpr double slack = 1 + 1e-12;

RC_GTEST_PROP(CollectiveProperty, OneRankCostsNothing, ()) {
  const Interconnect net = any_network();
  for (const Collective run : collectives) RC_ASSERT(run(net, 1, 1e6).seconds() == 0);
  RC_ASSERT(barrier(net, 1).seconds() == 0);
}

RC_GTEST_PROP(CollectiveProperty, NoBytesArePureLatency, ()) {
  const Interconnect net = any_network();
  const double ranks = any_ranks();
  for (const Collective run : collectives) {
    const CollectiveTime time = run(net, ranks, 0);
    RC_ASSERT(time.latency >= net.latency);
    RC_ASSERT(std::abs(time.transfer) <= 1e-12 * time.latency);
  }
}

RC_GTEST_PROP(CollectiveProperty, MoreBandwidthLessLatencyAndFewerBytesAreNeverSlower, ()) {
  const Interconnect net = any_network();
  const double ranks = any_ranks(), bytes = any_bytes();
  Interconnect wider = net, sooner = net;
  wider.gap /= 3;
  sooner.latency /= 3;
  for (const Collective run : collectives) {
    const double before = run(net, ranks, bytes).seconds() * slack;
    RC_ASSERT(run(wider, ranks, bytes).seconds() <= before);
    RC_ASSERT(run(sooner, ranks, bytes).seconds() <= before);
    RC_ASSERT(run(net, ranks, bytes / 2).seconds() <= before);
  }
}

RC_GTEST_PROP(CollectiveProperty, ATaperNeverHelps, ()) {
  const Interconnect net = any_network();
  const double ranks = any_ranks(), bytes = any_bytes();
  Interconnect even = net;
  even.taper = 1;
  for (const Collective run : collectives) {
    RC_ASSERT(run(even, ranks, bytes).seconds() <= run(net, ranks, bytes).seconds() * slack);
  }
}

// A device must take in what it lacks, and a sum cannot beat its own halves run one after the other.
RC_GTEST_PROP(CollectiveProperty, BytesMustArriveAndASumIsNoSlowerThanItsHalves, ()) {
  const Interconnect net = any_network();
  const double ranks = any_ranks(), bytes = any_bytes();
  const double least = (ranks - 1) / ranks * bytes * net.gap / slack;
  const double sum = all_reduce(net, ranks, bytes).seconds();
  RC_ASSERT(all_gather(net, ranks, bytes).transfer >= least);
  RC_ASSERT(all_to_all(net, ranks, bytes).transfer >= least);
  RC_ASSERT(sum >= net.latency + least);
  RC_ASSERT(sum <= (reduce_scatter(net, ranks, bytes).seconds() + all_gather(net, ranks, bytes).seconds()) * slack);
  RC_ASSERT(all_gather(net, ranks, bytes).seconds() <= sum * slack);
}

RC_GTEST_PROP(CollectiveProperty, RegimesOfOneLineChangeNothing, ()) {
  const Interconnect net = any_network();
  Interconnect split = net;
  split.smaller = {Regime{1e3, net.latency, net.gap}, Regime{1e6, net.latency, net.gap}};
  const double ranks = any_ranks(), bytes = any_bytes();
  for (const Collective run : collectives)
    RC_ASSERT(run(split, ranks, bytes).seconds() == run(net, ranks, bytes).seconds());
}

RC_GTEST_PROP(CollectiveProperty, AFasterInnerNetworkIsNeverSlower, ()) {
  TwoLevel net{*rc::gen::elementOf(std::vector<double>{2, 4, 8}), any_network(), any_network()};
  const double ranks = net.local * *rc::gen::inRange(2, 40), bytes = any_bytes();
  const double before = all_reduce(net, ranks, bytes).seconds() * slack;
  const double exchange = all_to_all(net, ranks, bytes, 2).seconds() * slack;
  net.inner.gap /= 2;
  net.inner.latency /= 2;
  RC_ASSERT(all_reduce(net, ranks, bytes).seconds() <= before);
  RC_ASSERT(all_to_all(net, ranks, bytes, 2).seconds() <= exchange);
  RC_ASSERT(all_to_all(net, ranks, bytes, 4).seconds() <= exchange);
}

}  // namespace
}  // namespace sextant::analysis
