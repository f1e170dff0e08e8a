// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/interconnect.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {

Line line_at(const Interconnect& net, double bytes) {
  for (const Regime& regime : net.smaller) {
    if (bytes <= regime.upto && regime.upto > 0) return {regime.latency, regime.gap};
  }
  return {net.latency, net.gap};
}

// The exponent of a double is its floor(log2); std::log2 costs ten times as much in the hot path.
double rounds(double ranks) {
  const int floor = std::ilogb(ranks);
  return std::ldexp(1.0, floor) == ranks ? floor : floor + 1;
}

double side(const Interconnect& net, double ranks, int dimension) {
  if (net.sides[0] > 0) return net.sides[static_cast<std::size_t>(dimension)];
  if (net.dimensions == 1) return ranks;
  return net.dimensions == 2 ? std::sqrt(ranks) : std::pow(ranks, 1 / net.dimensions);
}

double hops(const Interconnect& net, double ranks) {
  if (ranks <= 1) return 0;
  switch (net.topology) {
    case Topology::none:
      return 0;
    case Topology::ring:
      return std::floor(ranks / 2);
    case Topology::torus: {
      double sum = 0;
      // The tolerance is for p^(1/k), which rounds to just below a whole number.
      for (int i = 0; i < static_cast<int>(net.dimensions); ++i) sum += std::floor(side(net, ranks, i) / 2 + 1e-9);
      return std::max(1.0, sum);  // two devices in three dimensions are one link apart
    }
    case Topology::tree:
      // Up to the root of a binary tree and down again; a root with one or two children has no further level.
      return ranks <= 2 ? 1 : 2 * (rounds(ranks + 1) - 1);
    case Topology::dragonfly:
      return ranks <= net.group ? 1 : 3;
    case Topology::fat_tree:
      return ranks <= net.group ? 1 : 2 * net.dimensions - 1;
    case Topology::fully_connected:
    case Topology::switched:
    case Topology::switch_reduction:
      return 1;
  }
  return 1;
}

}  // namespace sextant::analysis
