// SPDX-License-Identifier: Apache-2.0
#include "bench/watching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/record/unit.hpp"

namespace sextant::bench {

Watching watching(std::span<const results::Launch> launches, double wall) {
  Watching cost{wall, 0, 0};
  double between = wall;
  for (const results::Launch& launch : launches) {
    between -= launch.seconds;
    if (!std::isnan(launch.canary_seconds)) cost.canaries += launch.canary_seconds;
    if (!std::isnan(launch.bookkeeping_seconds)) cost.bookkeeping += launch.bookkeeping_seconds;
  }
  cost.bookkeeping += std::max(0.0, between);
  return cost;
}

std::string describe(const Watching& cost) {
  const auto share = [&](double seconds) { return cost.wall > 0 ? 100 * seconds / cost.wall : 0; };
  return fmt::format("watching cost {:.1f} % of {}: canaries {:.1f} %, bookkeeping {:.1f} %",
                     share(cost.canaries + cost.bookkeeping), results::format(cost.wall, results::Unit::second),
                     share(cost.canaries), share(cost.bookkeeping));
}

}  // namespace sextant::bench
