// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/collective.hpp"

#include <cmath>

namespace sextant::analysis {
namespace {

void keep_faster(CollectiveTime& best, Algorithm algorithm, double latency, double transfer) {
  if (best.algorithm == Algorithm::none || latency + transfer < best.seconds()) best = {latency, transfer, algorithm};
}

// Ring: 2(p-1) steps, each moving n/p (4.8).
void ring(CollectiveTime& best, const Interconnect& net, double p, double n) {
  keep_faster(best, Algorithm::ring, 2 * (p - 1) * net.latency, 2 * (p - 1) / p * n * net.gap);
}

// Direct exchange: every device sends to every other (one-shot), or its share to each and back (two-shot) (4.8).
void direct(CollectiveTime& best, const Interconnect& net, double p, double n) {
  keep_faster(best, Algorithm::one_shot, net.latency, (p - 1) * n * net.gap);
  keep_faster(best, Algorithm::two_shot, 2 * net.latency, 2 * (p - 1) / p * n * net.gap);
}

// Trees: log2(p) rounds with everything each time, or halving and doubling (4.8).
void trees(CollectiveTime& best, const Interconnect& net, double p, double n) {
  const double rounds = std::ceil(std::log2(p));
  keep_faster(best, Algorithm::recursive_doubling, rounds * net.latency, rounds * n * net.gap);
  keep_faster(best, Algorithm::reduce_scatter_gather, 2 * rounds * net.latency, 2 * (p - 1) / p * n * net.gap);
}

// k-torus with p^(1/k) devices a side: sum_i 2(p_i - 1) alpha + 2 n G_link / (2k), and G_link / (2k) is the injection
// gap (4.8).
void torus(CollectiveTime& best, const Interconnect& net, double p, double n) {
  const double k = net.dimensions;
  const double side = std::pow(p, 1 / k);
  keep_faster(best, Algorithm::torus, 2 * k * (side - 1) * net.latency, 2 * n * net.gap);
}

// The switch adds the contributions: alpha + t_red + n G (4.8).
void in_network(CollectiveTime& best, const Interconnect& net, double n) {
  keep_faster(best, Algorithm::in_network, net.latency + net.reduction, n * net.gap);
}

}  // namespace

CollectiveTime all_reduce(const Interconnect& net, double ranks, double bytes) {
  CollectiveTime best;
  if (ranks <= 1) return best;
  switch (net.topology) {
    case Topology::none:
      break;
    case Topology::ring:
      ring(best, net, ranks, bytes);
      break;
    case Topology::fully_connected:
      direct(best, net, ranks, bytes);
      break;
    case Topology::torus:
      torus(best, net, ranks, bytes);
      break;
    case Topology::switch_reduction:
      in_network(best, net, bytes);
      [[fallthrough]];
    case Topology::switched:
      ring(best, net, ranks, bytes);
      direct(best, net, ranks, bytes);
      trees(best, net, ranks, bytes);
      break;
  }
  return best;
}

CollectiveTime all_gather(const Interconnect& net, double ranks, double bytes) {
  CollectiveTime time = all_reduce(net, ranks, bytes);
  // An all-gather has no sum to wait for: one message at least where the all-reduce needs one, half the rounds
  // elsewhere.
  const bool one_message = time.algorithm == Algorithm::one_shot || time.algorithm == Algorithm::in_network;
  if (!one_message) time.latency /= 2;
  time.transfer = ranks > 1 ? (time.algorithm == Algorithm::in_network ? 1 : (ranks - 1) / ranks) * bytes * net.gap : 0;
  return time;
}

}  // namespace sextant::analysis
