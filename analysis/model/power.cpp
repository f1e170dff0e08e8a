// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/power.hpp"

namespace sextant::analysis {

double idle_power(const PowerFigures& figures, std::span<const Tier> tiers) {
  double power = figures.idle;
  for (const Tier& t : tiers) power += t.idle_power;
  return power;
}

StepEnergy step_energy(const PowerFigures& figures, std::span<const Tier> tiers, const StepWork& work, double seconds) {
  StepEnergy e;
  for (std::size_t i = 0; i < std::min(tiers.size(), max_tiers); ++i) {
    e.memory += tiers[i].energy_read * work.read[i] + tiers[i].energy_write * work.written[i];
  }
  e.compute = figures.per_flop * work.flops;
  e.link = figures.per_link_byte * work.link_bytes;
  e.idle = idle_power(figures, tiers) * seconds;
  return e;
}

double thermal_cap(const Cooling& c) {
  double cap = std::numeric_limits<double>::infinity();
  if (c.resistance > 0) cap = std::min(cap, (c.hottest - c.ambient) / c.resistance);
  if (c.density_cap > 0) cap = std::min(cap, c.density_cap * c.area);
  return cap;
}

double refresh_share(double refresh_time, double refresh_interval, double kelvin) {
  return 1 - (kelvin > hot_dram ? 2 : 1) * refresh_time / refresh_interval;
}

PowerFit fit_power(const PowerPoint& a, const PowerPoint& b, double per_byte) {
  const double rest_a = a.power - per_byte * a.bytes;
  const double rest_b = b.power - per_byte * b.bytes;
  const double per_flop =
      b.flops != a.flops ? (rest_b - rest_a) / (b.flops - a.flops) : std::numeric_limits<double>::quiet_NaN();
  return {rest_a - per_flop * a.flops, per_byte, per_flop};
}

}  // namespace sextant::analysis
