// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/two_level.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

// One after another.
CollectiveTime sequence(std::initializer_list<CollectiveTime> parts) {
  CollectiveTime sum{0, 0, Algorithm::two_level};
  for (const CollectiveTime& part : parts) {
    sum.latency += part.latency;
    sum.transfer += part.transfer;
  }
  return sum;
}

CollectiveTime faster(const CollectiveTime& a, const CollectiveTime& b) { return b.seconds() < a.seconds() ? b : a; }

double groups(const TwoLevel& net, double ranks) { return std::ceil(ranks / net.local); }

}  // namespace

CollectiveTime all_reduce(const TwoLevel& net, double p, double n) {
  if (p <= net.local) return all_reduce(net.inner, p, n);
  const double across = groups(net, p);
  const CollectiveTime shares =
      sequence({reduce_scatter(net.inner, net.local, n), all_reduce(net.outer, across, n / net.local),
                all_gather(net.inner, net.local, n)});
  const CollectiveTime whole = sequence({all_reduce(net.inner, net.local, n), all_reduce(net.outer, across, n)});
  return faster(shares, whole);
}

CollectiveTime all_gather(const TwoLevel& net, double p, double n) {
  if (p <= net.local) return all_gather(net.inner, p, n);
  return sequence({all_gather(net.outer, groups(net, p), n / net.local), all_gather(net.inner, net.local, n)});
}

CollectiveTime reduce_scatter(const TwoLevel& net, double p, double n) {
  if (p <= net.local) return reduce_scatter(net.inner, p, n);
  return sequence({reduce_scatter(net.inner, net.local, n), reduce_scatter(net.outer, groups(net, p), n / net.local)});
}

CollectiveTime all_to_all(const TwoLevel& net, double p, double n, double copies) {
  if (p <= net.local) return all_to_all(net.inner, p, n);
  const double across = groups(net, p);
  // Direct: both networks at once, each with its part of the ranks. Messages to every rank of every other group.
  const CollectiveTime inside = all_to_all(net.inner, net.local, n * net.local / p);
  CollectiveTime outside = all_to_all(net.outer, across, n);
  outside.latency += (p - net.local - (across - 1)) * net.outer.message_gap;
  const CollectiveTime direct{std::max(inside.latency, outside.latency), std::max(inside.transfer, outside.transfer),
                              outside.algorithm};
  // To the device of the same place in each group, and on from there with all copies.
  const CollectiveTime forwarded =
      sequence({all_to_all(net.outer, across, n / copies), all_to_all(net.inner, net.local, n)});
  return faster(direct, forwarded);
}

CollectiveTime broadcast(const TwoLevel& net, double p, double n) {
  if (p <= net.local) return broadcast(net.inner, p, n);
  return sequence({broadcast(net.outer, groups(net, p), n), broadcast(net.inner, net.local, n)});
}

CollectiveTime point_to_point(const TwoLevel& net, double p, double n) {
  return p <= net.local ? point_to_point(net.inner, p, n) : point_to_point(net.outer, groups(net, p), n);
}

CollectiveTime barrier(const TwoLevel& net, double p) {
  if (p <= net.local) return barrier(net.inner, p);
  return sequence({barrier(net.inner, net.local), barrier(net.outer, groups(net, p))});
}

// A group is missed when all k choices fall among the experts of the others: prod_i (E - E/G - i)/(E - i).
double groups_reached(double groups, double experts, double k) {
  if (groups <= 1) return 1;
  const double others = experts - experts / groups;
  double missed = 1;
  for (double i = 0; i < k; ++i) missed *= std::max(0.0, others - i) / (experts - i);
  return groups * (1 - missed);
}

}  // namespace sextant::analysis
