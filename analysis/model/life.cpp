// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/life.hpp"

namespace sextant::analysis {

Lifetime lifetime_of(const Step& step, const Hardware& h, std::size_t tier) {
  const Wear& wear = h.wear[tier];
  if (wear.endurance.cycles <= 0 || !step.fits || step.seconds <= 0) return {};
  return lifetime(wear.endurance, {.capacity = h.tiers[tier].capacity,
                                   .occupied = step.placement.used[tier],
                                   .written = step.work.written[tier] / step.seconds,
                                   .read = step.work.read[tier] / step.seconds,
                                   .rewrites_per_year = wear.rewrites_per_year});
}

}  // namespace sextant::analysis
