// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/tier.hpp"

#include <cmath>
#include <limits>

namespace sextant::analysis {

double page_use(double block, double granularity) {
  if (block <= 0 || granularity <= 0) return 1;
  return block / (std::ceil(block / granularity) * granularity);
}

double read_bandwidth(const Tier& tier, double block, double requests) {
  const double asked = requests * block;
  const double outstanding = tier.in_flight > 0 ? std::min(asked, tier.in_flight) : asked;
  const double little = outstanding / (tier.latency + block / tier.read_bandwidth);
  return std::min(tier.read_bandwidth, little) * page_use(block, tier.granularity);
}

double loaded_latency(double unloaded, double shape, double load, double devices) {
  if (load >= 1) return std::numeric_limits<double>::infinity();
  return unloaded * (1 + shape * load / (1 - load) * (1 + std::log(devices)));
}

double exposed_latency(const Tier& tier, Address address, double lead, double queue, double addresses) {
  const double latency = tier.latency + queue;
  const double early = std::max(0.0, latency - lead);
  if (address != Address::data_dependent) return early;
  const double all_guessed = addresses == 1 ? tier.prediction : std::pow(tier.prediction, addresses);
  return (1 - all_guessed) * latency + all_guessed * early;
}

}  // namespace sextant::analysis
