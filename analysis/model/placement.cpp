// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/placement.hpp"

#include <algorithm>
#include <bit>

namespace sextant::analysis {
namespace {

constexpr std::size_t mask_count = std::size_t{1} << max_tiers;
constexpr std::size_t max_sets = 16;

// What the filling needs of objects and tiers, computed once for all orders that are tried.
struct Problem {
  std::size_t objects = 0;
  std::size_t tiers = 0;
  std::array<Shares, max_objects> rate{};  // byte of object j that tier i serves a second, 0 = not allowed
  std::array<double, max_objects> size{};
  std::array<double, max_objects> heat{};  // 1/s, bytes a step over size
  std::array<TierMask, max_objects> allowed{};
  std::array<double, max_tiers> capacity{};
  TierMask chained = 0;
  std::array<TierMask, max_sets> sets{};  // tiers in which room must be kept for objects that may lie nowhere else
  std::size_t set_count = 0;
};

bool within(TierMask inner, TierMask outer) { return (inner & ~outer) == 0; }

// Seconds that a tier takes for one object, reads with their waste and writes; `per_byte` = 1 / bandwidth.
double object_seconds(const StoredObject& o, const Tier& t, double per_byte) {
  const double seconds = o.read * bytes_per_byte(t, {o.read, o.block, o.address}) * per_byte;
  return o.written > 0 ? seconds + o.written / t.write_bandwidth : seconds;
}

bool may_hold(const Tier& t, const StoredObject& o) {
  const bool writable = t.write_bandwidth > 0 || o.written <= 0;
  return t.read_bandwidth > 0 && writable && (t.holds_cache || !o.changes);
}

// The sets of tiers that some objects are confined to, and their unions: room must remain in each (Hall's condition).
void find_sets(Problem& p) {
  TierMask all = 0;
  bool alike = true;
  for (std::size_t j = 0; j < p.objects; ++j) {
    alike = alike && p.allowed[j] == p.allowed[0];
    all |= p.allowed[j];
  }
  if (alike) return;
  std::array<bool, mask_count> seen{};
  for (std::size_t j = 0; j < p.objects; ++j) {
    const TierMask own = p.allowed[j];
    for (std::size_t mask = mask_count; mask-- > 0;) {
      if (seen[mask]) seen[mask | own] = true;
    }
    seen[own] = true;
  }
  for (std::size_t mask = 1; mask < mask_count; ++mask) {
    if (seen[mask] && mask != all && p.set_count < p.sets.size()) p.sets[p.set_count++] = TierMask(mask);
  }
}

Problem describe(std::span<const StoredObject> objects, std::span<const Tier> tiers) {
  Problem p;
  p.objects = std::min(objects.size(), max_objects);
  p.tiers = std::min(tiers.size(), max_tiers);
  std::array<double, max_tiers> per_byte{};
  for (std::size_t i = 0; i < p.tiers; ++i) {
    p.capacity[i] = tiers[i].capacity;
    if (tiers[i].read_bandwidth > 0) per_byte[i] = 1 / sustained_bandwidth(tiers[i]);
    if (tiers[i].chained) p.chained |= TierMask(1U << i);
  }
  for (std::size_t j = 0; j < p.objects; ++j) {
    const StoredObject& o = objects[j];
    p.size[j] = o.size;
    p.heat[j] = o.size > 0 ? (o.read + o.written) / o.size : 0;
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if ((o.allowed >> i & 1) == 0 || !may_hold(tiers[i], o)) continue;
      p.allowed[j] |= TierMask(1U << i);
      // What is never touched is divided as if it were, at no cost (store).
      p.rate[j][i] = p.heat[j] > 0 ? o.size / object_seconds(o, tiers[i], per_byte[i]) : 1 / per_byte[i];
    }
  }
  find_sets(p);
  return p;
}

// The state of one filling.
struct Filling {
  Placement result;
  std::array<double, max_tiers> room{};
  std::array<double, max_sets> slack{};  // of each set: room less what confined objects still need
};

bool confined(const Problem& p, std::size_t j, std::size_t set) { return within(p.allowed[j], p.sets[set]); }

// Tiers with room that object j may use, sets that are spoken for left out. The first tier missed binds.
TierMask open_tiers(const Problem& p, Filling& f, std::size_t j) {
  TierMask open = 0;
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if (p.rate[j][i] > 0 && f.room[i] > 1e-12 * p.capacity[i]) open |= TierMask(1U << i);
  }
  for (std::size_t s = 0; s < p.set_count; ++s) {
    if (f.slack[s] <= 0 && !confined(p, j, s)) open &= TierMask(~p.sets[s]);
  }
  const TierMask missed = p.allowed[j] & TierMask(~open);
  if (missed != 0 && f.result.binding == max_tiers) {
    f.result.binding = static_cast<std::size_t>(std::countr_zero(missed));
  }
  return open;
}

// Gives `seconds` of each tier in `chosen` to object j; the tier or set that limited it is emptied exactly.
// Returns the bytes stored.
double give(const Problem& p, Filling& f, std::size_t j, TierMask chosen, double want) {
  const Shares& rate = p.rate[j];
  double total = 0;
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if (chosen >> i & 1) total += rate[i];
  }
  double seconds = want / total;
  std::size_t full = max_tiers;
  std::size_t spoken = max_sets;
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if ((chosen >> i & 1) && f.room[i] <= rate[i] * seconds) {
      seconds = f.room[i] / rate[i];
      full = i;
    }
  }
  for (std::size_t s = 0; s < p.set_count; ++s) {
    if (confined(p, j, s)) continue;
    double inside = 0;
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if (chosen & p.sets[s] & (1U << i)) inside += rate[i];
    }
    if (inside > 0 && f.slack[s] <= inside * seconds) {
      seconds = f.slack[s] / inside;
      spoken = s;
    }
  }
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if ((chosen >> i & 1) == 0) continue;
    const double bytes = i == full && spoken == max_sets ? f.room[i] : std::min(f.room[i], rate[i] * seconds);
    f.room[i] -= bytes;
    f.result.used[i] += bytes;
    f.result.shares[j][i] += bytes;  // byte for now
    for (std::size_t s = 0; s < p.set_count; ++s) {
      if (!confined(p, j, s) && (p.sets[s] >> i & 1)) f.slack[s] -= bytes;
    }
  }
  if (spoken < max_sets) f.slack[spoken] = 0;
  return seconds * total;
}

void store(const Problem& p, Filling& f, std::size_t j) {
  double left = p.size[j];
  const double negligible = 1e-12 * left;
  while (left > negligible) {
    const TierMask open = open_tiers(p, f, j);
    if (open == 0) break;
    double together = 0;
    std::size_t through = max_tiers;
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if ((open >> i & 1) == 0) continue;
      if ((p.chained >> i & 1) == 0) {
        together += p.rate[j][i];
      } else if (through == max_tiers || p.rate[j][i] > p.rate[j][through]) {
        through = i;
      }
    }
    const bool chain = through < max_tiers && p.rate[j][through] > together;
    left -= give(p, f, j, chain ? TierMask(1U << through) : TierMask(open & ~p.chained), left);
  }
  if (left > negligible) {
    f.result.lacking += left;
    if (f.result.homeless == max_objects) f.result.homeless = j;
  }
  double longest = 0;
  double after = 0;
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if (p.rate[j][i] <= 0) continue;
    const double seconds = f.result.shares[j][i] / p.rate[j][i];
    if (p.chained >> i & 1) {
      after += seconds;
    } else {
      longest = std::max(longest, seconds);
    }
  }
  if (p.heat[j] > 0) f.result.seconds += longest + after;
}

using Order = std::array<std::uint8_t, max_objects>;

Filling fill(const Problem& p, const Order& order) {
  Filling f;
  f.room = p.capacity;
  for (std::size_t s = 0; s < p.set_count; ++s) {
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if (p.sets[s] >> i & 1) f.slack[s] += p.capacity[i];
    }
    for (std::size_t j = 0; j < p.objects; ++j) {
      if (confined(p, j, s)) f.slack[s] -= p.size[j];
    }
  }
  for (std::size_t n = 0; n < p.objects; ++n) {
    if (p.size[order[n]] > 0) store(p, f, order[n]);
  }
  return f;
}

Order by_heat(const Problem& p, const std::array<double, max_objects>& heat) {
  Order order{};
  for (std::size_t j = 0; j < p.objects; ++j) {  // insertion: a dozen at most
    std::size_t at = j;
    for (; at > 0 && heat[order[at - 1]] < heat[j]; --at) order[at] = order[at - 1];
    order[at] = static_cast<std::uint8_t>(j);
  }
  return order;
}

bool better(const Placement& a, const Placement& b) {
  if (a.fits() != b.fits()) return a.fits();
  return a.fits() ? a.seconds < b.seconds : a.lacking < b.lacking;
}

// Objects that may lie in few tiers profit more from a good one than their heat says, because they have fewer others.
void search(const Problem& p, Filling& best) {
  for (std::size_t s = 0; s < p.set_count; ++s) {
    if (std::has_single_bit(p.sets[s])) continue;  // in one tier there is nothing to choose
    for (std::size_t a = 0; a < p.objects; ++a) {
      if (!confined(p, a, s) || p.heat[a] <= 0) continue;
      for (std::size_t b = 0; b < p.objects; ++b) {
        if (confined(p, b, s) || p.heat[b] <= p.heat[a]) continue;
        std::array<double, max_objects> heat = p.heat;
        for (std::size_t j = 0; j < p.objects; ++j) {
          if (confined(p, j, s)) heat[j] *= 1.000001 * p.heat[b] / p.heat[a];
        }
        const Filling other = fill(p, by_heat(p, heat));
        if (better(other.result, best.result)) best = other;
      }
    }
  }
}

// One tier, the usual machine: nothing to choose.
Placement place_in_one(std::span<const StoredObject> objects, const Tier& tier) {
  Placement result;
  const double per_byte = 1 / sustained_bandwidth(tier);
  double room = tier.capacity;
  for (std::size_t j = 0; j < std::min(objects.size(), max_objects); ++j) {
    const StoredObject& o = objects[j];
    if (o.size <= 0) continue;
    const double bytes = may_hold(tier, o) && (o.allowed & 1) != 0 ? std::min(o.size, room) : 0;
    const double share = bytes == o.size ? 1 : bytes / o.size;
    room -= bytes;
    result.used[0] += bytes;
    result.shares[j][0] = share;
    if (bytes > 0) result.seconds += share * object_seconds(o, tier, per_byte);
    if (bytes == o.size) continue;
    result.lacking += o.size - bytes;
    result.homeless = std::min(result.homeless, j);
    if (room <= 0) result.binding = 0;
  }
  return result;
}

}  // namespace

Placement place(std::span<const StoredObject> objects, std::span<const Tier> tiers) {
  if (tiers.size() == 1) return place_in_one(objects, tiers[0]);
  const Problem p = describe(objects, tiers);
  Filling best = fill(p, by_heat(p, p.heat));
  if (best.result.binding < max_tiers) search(p, best);
  for (std::size_t j = 0; j < p.objects; ++j) {
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if (p.size[j] > 0) best.result.shares[j][i] /= p.size[j];
    }
  }
  return best.result;
}

double read_seconds(std::span<const Tier> tiers, const Shares& shares, const Access& access) {
  double longest = 0;
  double after = 0;
  for (std::size_t i = 0; i < std::min(tiers.size(), max_tiers); ++i) {
    if (shares[i] <= 0) continue;
    const double seconds = read_seconds(tiers[i], {access.bytes * shares[i], access.block, access.address});
    if (tiers[i].chained) {
      after += seconds;
    } else {
      longest = std::max(longest, seconds);
    }
  }
  return longest + after;
}

}  // namespace sextant::analysis
