// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/collective.hpp"

#include <algorithm>
#include <cmath>

// Formulae: decode-model.md section 4.8; the algorithms are Thakur, Rabenseifner and Gropp (2005) for rings, trees and
// Bruck, LogGP (Alexandrov et al. 1995) for messages that leave one after another.
namespace sextant::analysis {
namespace {

void keep_faster(CollectiveTime& best, Algorithm algorithm, double latency, double transfer) {
  if (best.algorithm == Algorithm::none || latency + transfer < best.seconds()) best = {latency, transfer, algorithm};
}

// What the algorithms meet: a message within a group and one that leaves it, the share of the traffic of an
// all-to-all-like exchange that leaves, and what leaving costs.
struct Way {
  double p;      // ranks
  double near;   // s, message within a group
  double far;    // s, message between groups
  double gap;    // s/byte of what a device injects
  double link;   // s/byte of one link of a device
  double group;  // ranks within a group
  double taper;  // >= 1
  double wait;   // s, the messages to the p - 1 others leaving one after another, past the first
};

Way way(const Interconnect& net, double p, double n) {
  const Line line = line_at(net, n);
  const bool grouped = net.topology == Topology::dragonfly || net.topology == Topology::fat_tree;
  Way w{p, line.latency, line.latency, line.gap, line.gap, p, 1, (p - 2) * net.message_gap};
  if (grouped && p > net.group) {
    w.group = net.group;
    w.taper = net.taper;
    w.far += (hops(net, p) - 1) * net.hop;
  }
  if (net.topology == Topology::fully_connected) w.link *= p - 1;
  if (net.topology == Topology::ring && p > 2) w.link *= 2;
  if (net.topology == Topology::torus) w.link *= 2 * net.dimensions;
  if (net.topology == Topology::tree) w.link *= std::min(p - 1, 3.0);  // two children and a parent
  return w;
}

// `m` bytes to each of the p - 1 others. A group sends group (p - group) m through links that carry 1/taper of what
// its devices inject, while each device injects (p - 1) m.
double spread(const Way& w, double m) { return m * w.gap * std::max(w.p - 1, w.taper * (w.p - w.group)); }

// A ring crosses from group to group once in each, so `group` devices share what the links between groups carry.
double ring_gap(const Way& w) { return w.gap * std::max(1.0, w.taper / w.group); }

// Doubling starts among neighbours; rounds beyond the group cross.
double rounds_latency(const Way& w) {
  const double all = rounds(w.p), inside = std::min(all, rounds(w.group));
  return inside * w.near + (all - inside) * w.far;
}

// Halving with neighbours first leaves 1/group of the bytes to cross.
double halving(const Way& w, double n) { return n * w.gap * (1 - 1 / w.group + w.taper * (1 / w.group - 1 / w.p)); }

// A chain of `depth` messages over which `seconds` of bytes pass in pieces. m pieces take
// (depth + m - 1)(alpha + seconds/m), least at m = sqrt((depth - 1) seconds/alpha).
void pipeline(CollectiveTime& best, double depth, double alpha, double seconds) {
  const double pieces = alpha > 0 ? std::max(1.0, std::sqrt((depth - 1) * seconds / alpha)) : INFINITY;
  const double total = std::isinf(pieces) ? seconds : (depth + pieces - 1) * (alpha + seconds / pieces);
  keep_faster(best, Algorithm::tree, depth * alpha, total - depth * alpha);
}

// Sum over dimensions of the steps around each.
double torus_steps(const Interconnect& net, double p) {
  double steps = 0;
  for (int i = 0; i < static_cast<int>(net.dimensions); ++i) steps += side(net, p, i) - 1;
  return std::max(1.0, steps);  // of two ranks in three dimensions the sides are 2^(1/3): a message all the same
}

// What a reduce-scatter moves relative to n G. The bytes are cut into k parts; part c starts along dimension c and
// turns to the next with 1/side of what it had, so that all links work. Each turn lasts as long as its slowest part:
// (p - 1)/p with equal sides, more with unequal ones.
double torus_share(const Interconnect& net, double p) {
  const int k = static_cast<int>(net.dimensions);
  if (net.sides[0] == 0) return (p - 1) / p;
  std::array<double, torus_sides> left{};
  left.fill(1);
  double share = 0;
  for (int turn = 0; turn < k; ++turn) {
    double slowest = 0;
    for (int part = 0; part < k; ++part) {
      const double along = side(net, p, (part + turn) % k);
      double& bytes = left[static_cast<std::size_t>(part)];
      slowest = std::max(slowest, bytes * (1 - 1 / along));
      bytes /= along;
    }
    share += slowest;
  }
  return share;
}

double longest_side(const Interconnect& net, double p) {
  double longest = 0;
  for (int i = 0; i < static_cast<int>(net.dimensions); ++i) longest = std::max(longest, side(net, p, i));
  return longest;
}

// To the most distant device of a torus: through its routers, or from device to device where no router forwards.
double across_torus(const Interconnect& net, const Way& w) {
  return w.near + (hops(net, w.p) - 1) * (net.hop > 0 ? net.hop : w.near);
}

double tree_depth(double p) { return rounds(p + 1) - 1; }

// Half an all-reduce: all-gather and reduce-scatter move the same bytes in opposite order.
CollectiveTime half(const Interconnect& net, double p, double n, double reduction) {
  CollectiveTime best;
  if (p <= 1) return best;
  const Way w = way(net, p, n);
  switch (net.topology) {
    case Topology::none:
      break;
    case Topology::ring:
      keep_faster(best, Algorithm::ring, (p - 1) * w.near, (p - 1) / p * n * w.gap);
      break;
    case Topology::torus:
      keep_faster(best, Algorithm::torus, torus_steps(net, p) * w.near, torus_share(net, p) * n * w.gap);
      break;
    case Topology::tree:
      // Up with what the subtrees hold, down with all of it.
      pipeline(best, 2 * tree_depth(p), w.near, n * w.link);
      break;
    case Topology::switch_reduction:
      keep_faster(best, Algorithm::in_network, w.near + reduction, n * w.gap);
      [[fallthrough]];
    case Topology::switched:
    case Topology::dragonfly:
    case Topology::fat_tree:
      keep_faster(best, Algorithm::ring, (p - 1) * w.far, (p - 1) / p * n * ring_gap(w));
      keep_faster(best, Algorithm::recursive_doubling, rounds_latency(w), halving(w, n));
      [[fallthrough]];
    case Topology::fully_connected:
      keep_faster(best, Algorithm::one_shot, w.far + w.wait, spread(w, n / p));
      break;
  }
  return best;
}

}  // namespace

CollectiveTime all_reduce(const Interconnect& net, double p, double n) {
  CollectiveTime best;
  if (p <= 1) return best;
  const Way w = way(net, p, n);
  switch (net.topology) {
    case Topology::none:
      break;
    case Topology::ring:
      keep_faster(best, Algorithm::ring, 2 * (p - 1) * w.near, 2 * (p - 1) / p * n * w.gap);
      break;
    case Topology::torus:
      keep_faster(best, Algorithm::torus, 2 * torus_steps(net, p) * w.near, 2 * torus_share(net, p) * n * w.gap);
      break;
    case Topology::tree:
      pipeline(best, 2 * tree_depth(p), w.near, n * w.link);
      break;
    case Topology::switch_reduction:
      keep_faster(best, Algorithm::in_network, w.near + net.reduction, n * w.gap);
      [[fallthrough]];
    case Topology::switched:
    case Topology::dragonfly:
    case Topology::fat_tree: {
      const double latency = rounds_latency(w), all = rounds(p), inside = std::min(all, rounds(w.group));
      keep_faster(best, Algorithm::ring, 2 * (p - 1) * w.far, 2 * (p - 1) / p * n * ring_gap(w));
      keep_faster(best, Algorithm::recursive_doubling, latency, (inside + (all - inside) * w.taper) * n * w.gap);
      keep_faster(best, Algorithm::reduce_scatter_gather, 2 * latency, 2 * halving(w, n));
      [[fallthrough]];
    }
    case Topology::fully_connected:
      keep_faster(best, Algorithm::one_shot, w.far + w.wait, spread(w, n));
      keep_faster(best, Algorithm::two_shot, 2 * (w.far + w.wait), 2 * spread(w, n / p));
      break;
  }
  return best;
}

CollectiveTime all_gather(const Interconnect& net, double p, double n) { return half(net, p, n, 0); }

CollectiveTime reduce_scatter(const Interconnect& net, double p, double n) { return half(net, p, n, net.reduction); }

CollectiveTime all_to_all(const Interconnect& net, double p, double n) {
  CollectiveTime best;
  if (p <= 1) return best;
  const Way w = way(net, p, n);
  switch (net.topology) {
    case Topology::none:
      break;
    case Topology::ring:
      // Mean distance p/4 over two links a device: n p/8 on each, forwarded p/2 times at most.
      keep_faster(best, Algorithm::ring, hops(net, p) * w.near, std::max(p / 8 * w.link, (p - 1) / p * w.gap) * n);
      break;
    case Topology::torus:
      // The middle of the longest dimension decides: n p_max/8 on each of its links.
      keep_faster(best, Algorithm::torus, across_torus(net, w) + w.wait,
                  std::max(longest_side(net, p) / 8 * w.link, (p - 1) / p * w.gap) * n);
      break;
    case Topology::tree:
      // Half the devices send half their bytes through one link of the root.
      keep_faster(best, Algorithm::tree, hops(net, p) * w.near, std::max(p / 4 * w.link, (p - 1) / p * w.gap) * n);
      break;
    case Topology::switched:
    case Topology::switch_reduction:
    case Topology::dragonfly:
    case Topology::fat_tree: {
      const double all = rounds(p), inside = std::min(all, rounds(w.group));
      keep_faster(best, Algorithm::bruck, rounds_latency(w), (inside + (all - inside) * w.taper) * n / 2 * w.gap);
      [[fallthrough]];
    }
    case Topology::fully_connected:
      keep_faster(best, Algorithm::one_shot, w.far + w.wait, spread(w, n / p));
      break;
  }
  return best;
}

CollectiveTime broadcast(const Interconnect& net, double p, double n) {
  CollectiveTime best;
  if (p <= 1) return best;
  const Way w = way(net, p, n);
  switch (net.topology) {
    case Topology::none:
      break;
    case Topology::ring:
      pipeline(best, hops(net, p), w.near, n * w.link);
      keep_faster(best, Algorithm::ring, 2 * (p - 1) * w.near, 2 * (p - 1) / p * n * w.gap);
      break;
    case Topology::torus:
      // One link carries everything, or everything is scattered and gathered over all links.
      pipeline(best, hops(net, p), w.near, n * w.link);
      keep_faster(best, Algorithm::torus, 2 * torus_steps(net, p) * w.near, 2 * torus_share(net, p) * n * w.gap);
      break;
    case Topology::tree:
      pipeline(best, tree_depth(p), w.near, n * w.link);
      break;
    case Topology::switch_reduction:
      keep_faster(best, Algorithm::in_network, w.near, n * w.gap);
      [[fallthrough]];
    case Topology::switched:
    case Topology::dragonfly:
    case Topology::fat_tree: {
      const double latency = rounds_latency(w);
      const double gap = ring_gap(w);  // one device of a group has the links to other groups to itself
      keep_faster(best, Algorithm::recursive_doubling, latency, rounds(p) * n * gap);
      keep_faster(best, Algorithm::reduce_scatter_gather, 2 * latency, (p - 1) / p * n * gap + halving(w, n));
      [[fallthrough]];
    }
    case Topology::fully_connected:
      keep_faster(best, Algorithm::one_shot, w.far + w.wait, (p - 1) * n * ring_gap(w));
      keep_faster(best, Algorithm::two_shot, 2 * (w.far + w.wait), (p - 1) / p * n * ring_gap(w) + spread(w, n / p));
      break;
  }
  return best;
}

CollectiveTime point_to_point(const Interconnect& net, double p, double n) {
  CollectiveTime time;
  if (p <= 1 || net.topology == Topology::none) return time;
  const Way w = way(net, p, n);
  return {w.near, n * w.link, Algorithm::one_shot};
}

CollectiveTime barrier(const Interconnect& net, double p) {
  CollectiveTime best;
  if (p <= 1) return best;
  const Way w = way(net, p, 0);
  switch (net.topology) {
    case Topology::none:
      break;
    case Topology::ring:
      // Word goes both ways and meets on the other side.
      keep_faster(best, Algorithm::ring, hops(net, p) * w.near, 0);
      break;
    case Topology::torus:
      keep_faster(best, Algorithm::torus, hops(net, p) * w.near, 0);
      keep_faster(best, Algorithm::one_shot, across_torus(net, w) + w.wait, 0);
      break;
    case Topology::tree:
      keep_faster(best, Algorithm::tree, 2 * tree_depth(p) * w.near, 0);
      break;
    case Topology::switch_reduction:
      keep_faster(best, Algorithm::in_network, w.near + net.reduction, 0);
      [[fallthrough]];
    case Topology::switched:
    case Topology::dragonfly:
    case Topology::fat_tree:
      keep_faster(best, Algorithm::recursive_doubling, rounds_latency(w), 0);
      [[fallthrough]];
    case Topology::fully_connected:
      keep_faster(best, Algorithm::one_shot, w.far + w.wait, 0);
      break;
  }
  return best;
}

}  // namespace sextant::analysis
