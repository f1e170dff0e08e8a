// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/wear.hpp"

#include <algorithm>

namespace sextant::analysis {

double years_of_writes(const Endurance& e, const FlashUse& u) {
  if (u.written <= 0) return forever;
  return u.capacity * e.cycles / (u.written * e.write_amplification * seconds_per_year);
}

double years_of_updates(const Endurance& e, const FlashUse& u) {
  return u.updates_per_year > 0 ? e.cycles / (u.updates_per_year * e.write_amplification) : forever;
}

double years_of_read_disturb(const Endurance& e, const FlashUse& u) {
  if (u.read <= 0 || e.reads_per_block <= 0) return forever;
  return e.reads_per_block * e.cycles * u.occupied / (e.pages_per_block * u.read * seconds_per_year);
}

double years_of_retention(const Endurance& e, const FlashUse& u) {
  return u.rewrites_per_year > 0 ? e.cycles / u.rewrites_per_year : forever;
}

Lifetime lifetime(const Endurance& e, const FlashUse& u) {
  Lifetime life{years_of_writes(e, u), years_of_updates(e, u), years_of_read_disturb(e, u), years_of_retention(e, u)};
  const double rate = 1 / life.writes + 1 / life.updates + 1 / life.read_disturb + 1 / life.retention;
  life.years = rate > 0 ? 1 / rate : forever;
  double shortest = forever;
  auto consider = [&](double years, Mechanism mechanism) {
    if (years < shortest) {
      shortest = years;
      life.fastest = mechanism;
    }
  };
  consider(life.writes, Mechanism::writes);
  consider(life.updates, Mechanism::updates);
  consider(life.read_disturb, Mechanism::read_disturb);
  consider(life.retention, Mechanism::retention);
  return life;
}

double rewritten(const Endurance& e, const FlashUse& u) {
  const double disturbed = e.reads_per_block > 0 ? e.pages_per_block * u.read / e.reads_per_block : 0;
  return disturbed + u.occupied * u.rewrites_per_year / seconds_per_year;
}

double writes_for_lifetime(const Endurance& e, FlashUse u, double years) {
  u.written = 0;
  const double left = 1 / years - 1 / lifetime(e, u).years;  // wear a year that writes may add
  return std::max(0.0, left) * u.capacity * e.cycles / (e.write_amplification * seconds_per_year);
}

}  // namespace sextant::analysis
