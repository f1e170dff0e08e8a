// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/flash_surface.hpp"

#include <cmath>

#include "analysis/model/tier.hpp"

namespace sextant::analysis {

double moved_bytes(const FlashSurface& surface, double block) { return block / page_use(block, surface.page); }

double lone_latency(const FlashSurface& surface, double block) {
  return surface.latency + moved_bytes(surface, block) / surface.rate;
}

double read_bandwidth(const FlashSurface& surface, double block, double requests) {
  const double moved = moved_bytes(surface, block);
  const double alone = lone_latency(surface, block);
  const double asked = requests * moved / surface.bandwidth;  // q, seconds of the whole device
  const double queue = surface.queueing * surface.latency;
  const double root = std::sqrt((alone - asked) * (alone - asked) + 4 * asked * queue);
  const double load = 2 * asked / (alone + asked + root);
  return load * surface.bandwidth * page_use(block, surface.page);
}

double loaded_latency(const FlashSurface& surface, double block, double requests) {
  return requests * block / read_bandwidth(surface, block, requests);
}

}  // namespace sextant::analysis
