// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "analysis/model/placement.hpp"

// The filling that placement.hpp promises: objects in a given order, each over the tiers with room in proportion to
// their bandwidth. place() chooses the order.
namespace sextant::analysis {

inline constexpr std::size_t max_sets = 16;

// What the filling needs of objects and tiers, computed once for all orders that are tried.
struct PlacementProblem {
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

PlacementProblem describe(std::span<const StoredObject> objects, std::span<const Tier> tiers);

// Object j may lie nowhere outside the set.
inline bool confined(const PlacementProblem& p, std::size_t j, std::size_t set) {
  return (p.allowed[j] & ~p.sets[set]) == 0;
}

bool may_hold(const Tier& tier, const StoredObject& object);

// Seconds that a tier takes for one object, reads with their waste and writes; `per_byte` = 1 / bandwidth.
double object_seconds(const StoredObject& object, const Tier& tier, double per_byte);

using Order = std::array<std::uint8_t, max_objects>;

// Bytes of tier `tier` that the first `objects` of the order may take.
struct Quota {
  std::size_t tier = 0;
  std::size_t objects = 0;
  double bytes = 0;
};

// Stores every object, and says in `shares` the bytes, not shares, of each in each tier.
Placement fill(const PlacementProblem& problem, const Order& order, const Quota& quota = {});

// Hottest first; `first` (a set, or set_count for none) has its confined objects before all others.
Order order_of(const PlacementProblem& problem, std::size_t first);

}  // namespace sextant::analysis
