// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/water_filling.hpp"

#include <algorithm>
#include <bit>

namespace sextant::analysis {
namespace {

constexpr std::size_t mask_count = std::size_t{1} << max_tiers;

// The sets of tiers that some objects are confined to, and their unions: room must remain in each (Hall's condition).
void find_sets(PlacementProblem& p) {
  TierMask all = 0;
  TierMask common = every_tier;
  for (std::size_t j = 0; j < p.objects; ++j) {
    if (p.size[j] <= 0) continue;
    common &= p.allowed[j];
    all |= p.allowed[j];
  }
  if (common == all) return;
  std::array<bool, mask_count> seen{};
  for (std::size_t j = 0; j < p.objects; ++j) {
    const TierMask own = p.size[j] > 0 ? p.allowed[j] : TierMask{0};
    for (std::size_t mask = mask_count; mask-- > 0;) {
      if (seen[mask]) seen[mask | own] = true;
    }
    seen[own] = true;
  }
  for (std::size_t mask = 1; mask < mask_count; ++mask) {
    if (seen[mask] && mask != all && p.set_count < p.sets.size()) p.sets[p.set_count++] = TierMask(mask);
  }
}

// The state of one filling.
struct Filling {
  Placement result;
  std::array<double, max_tiers> room{};
  std::array<double, max_sets> slack{};  // of each set: room less what confined objects still need
};

// Tiers with room that object j may use, sets that are spoken for left out. The first tier missed binds.
TierMask open_tiers(const PlacementProblem& p, Filling& f, std::size_t j) {
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

// Stores up to `want` bytes of object j in the tiers `chosen`, the same seconds of each, until one of them is full or a
// set is spoken for; that one is emptied exactly, so that it is not tried again. Returns the bytes stored.
double give(const PlacementProblem& p, Filling& f, std::size_t j, TierMask chosen, double want) {
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
    f.result.shares[j][i] += bytes;  // bytes until all are placed, then shares
    for (std::size_t s = 0; s < p.set_count; ++s) {
      if (!confined(p, j, s) && (p.sets[s] >> i & 1)) f.slack[s] -= bytes;
    }
  }
  if (spoken < max_sets) f.slack[spoken] = 0;
  return seconds * total;
}

void store(const PlacementProblem& p, Filling& f, std::size_t j) {
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

}  // namespace

double object_seconds(const StoredObject& o, const Tier& t, double per_byte) {
  const double seconds = o.read * bytes_per_byte(t, {o.read, o.block, o.address}) * per_byte;
  return o.written > 0 ? seconds + o.written / t.write_bandwidth : seconds;
}

bool may_hold(const Tier& t, const StoredObject& o) {
  const bool writable = t.write_bandwidth > 0 || o.written <= 0;
  return t.read_bandwidth > 0 && writable && (t.holds_cache || !o.changes);
}

PlacementProblem describe(std::span<const StoredObject> objects, std::span<const Tier> tiers) {
  PlacementProblem p;
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

Placement fill(const PlacementProblem& p, const Order& order, const Quota& quota) {
  Filling f;
  f.room = p.capacity;
  if (quota.objects > 0) f.room[quota.tier] = quota.bytes;
  for (std::size_t s = 0; s < p.set_count; ++s) {
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if (p.sets[s] >> i & 1) f.slack[s] += p.capacity[i];
    }
    for (std::size_t j = 0; j < p.objects; ++j) {
      if (confined(p, j, s)) f.slack[s] -= p.size[j];
    }
  }
  for (std::size_t n = 0; n < p.objects; ++n) {
    if (n > 0 && n == quota.objects) f.room[quota.tier] += p.capacity[quota.tier] - quota.bytes;
    if (p.size[order[n]] > 0) store(p, f, order[n]);
  }
  return f.result;
}

Order order_of(const PlacementProblem& p, std::size_t first) {
  Order order{};
  auto before = [&](std::size_t a, std::size_t b) {
    if (first < p.set_count && confined(p, a, first) != confined(p, b, first)) return confined(p, a, first);
    return p.heat[a] > p.heat[b];
  };
  for (std::size_t j = 0; j < p.objects; ++j) {  // insertion: a dozen at most
    std::size_t at = j;
    for (; at > 0 && before(j, order[at - 1]); --at) order[at] = order[at - 1];
    order[at] = static_cast<std::uint8_t>(j);
  }
  return order;
}

}  // namespace sextant::analysis
