// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/placement.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "analysis/model/water_filling.hpp"

namespace sextant::analysis {
namespace {

bool better(const Placement& a, const Placement& b) {
  if (a.fits() != b.fits()) return a.fits();
  return a.fits() ? a.seconds < b.seconds : a.lacking < b.lacking;
}

// Seconds and their slope in a quota, from two fillings a hair apart.
struct Line {
  double at = 0;
  double seconds = 0;
  double slope = 0;
};

// Objects confined to few tiers profit more from a good one than their heat says, because they have fewer others. How
// much of it they get is one number for each tier, and the least time is convex and piecewise linear in it (a linear
// program's value in its right-hand side): lines through two quotas meet below the optimum, and the quota where they
// meet replaces one of them, until the bound they give is as good as what was found.
void share_out(const PlacementProblem& p, std::size_t set, Placement& best) {
  constexpr double close = 1e-4;
  const Order order = order_of(p, set);
  Quota quota;
  double size = 0;
  double room = 0;
  for (std::size_t j = 0; j < p.objects; ++j) {
    if (!confined(p, j, set)) continue;
    ++quota.objects;
    size += p.size[j];
  }
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if (p.sets[set] >> i & 1) room += p.capacity[i];
  }
  const Placement unasked = fill(p, order);
  if (better(unasked, best)) best = unasked;
  for (std::size_t i = 0; i < p.tiers; ++i) {
    if ((p.sets[set] >> i & 1) == 0) continue;
    quota.tier = i;
    // Beyond what they take unasked a quota changes nothing; below what the other tiers leave they do not fit.
    double most = 0;
    for (std::size_t n = 0; n < quota.objects; ++n) most += unasked.shares[order[n]][i];
    double least = std::max(0.0, size - (room - p.capacity[i]));
    const double step = 1e-6 * (most - least);
    if (step <= 0) continue;
    least += step;  // where rounding decides
    auto attempt = [&](double bytes) {
      quota.bytes = bytes;
      const Placement result = fill(p, order, quota);
      if (better(result, best)) best = result;
      return result.fits() ? result.seconds : std::numeric_limits<double>::infinity();
    };
    auto line = [&](double bytes) {
      const double seconds = attempt(bytes);
      return Line{bytes, seconds, (attempt(bytes + step) - seconds) / step};
    };
    Line high{most, unasked.seconds, (unasked.seconds - attempt(most - step)) / step};
    if (!(high.slope > 0)) continue;
    Line low = line(least);
    for (int n = 0; n < 12 && low.slope < 0; ++n) {
      const double meet =
          (high.seconds - low.seconds + low.slope * low.at - high.slope * high.at) / (low.slope - high.slope);
      const double bound = low.seconds + low.slope * (meet - low.at);
      if (!(bound < best.seconds * (1 - close)) || meet <= low.at || meet >= high.at) break;
      const Line next = line(meet);
      (next.slope < 0 ? low : high) = next;
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
  const PlacementProblem p = describe(objects, tiers);
  Placement best = fill(p, order_of(p, p.set_count));
  if (best.binding < max_tiers) {
    for (std::size_t s = 0; s < p.set_count; ++s) {
      if (!std::has_single_bit(p.sets[s])) share_out(p, s, best);  // in one tier there is nothing to choose
    }
  }
  for (std::size_t j = 0; j < p.objects; ++j) {
    for (std::size_t i = 0; i < p.tiers; ++i) {
      if (p.size[j] > 0) best.shares[j][i] /= p.size[j];
    }
  }
  return best;
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
