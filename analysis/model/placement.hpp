// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "analysis/model/tier.hpp"

// What lies where: section 4.4 of decode-model.md. Objects are divided over tiers so that the step is short,
//
//   t = sum over objects j of [ max over parallel tiers of x_ij c_ij + sum over chained tiers of x_ij c_ij ],
//
// c_ij being the seconds that tier i takes for all of object j. Operators run one after another, so times of objects
// add; the tiers that one object lies in are read together.
namespace sextant::analysis {

inline constexpr std::size_t max_tiers = 6;
inline constexpr std::size_t max_objects = 12;

using TierMask = std::uint8_t;  // bit i = tier i
inline constexpr TierMask every_tier = (1U << max_tiers) - 1;

struct StoredObject {
  double size = 0;     // byte
  double read = 0;     // byte a step
  double written = 0;  // byte a step
  double block = 0;    // byte at consecutive addresses; 0 = long reads
  Address address = Address::fixed_order;
  bool changes = false;           // every token writes it, so only tiers that hold the cache may
  TierMask allowed = every_tier;  // further limits: a tier whose exposed latency is out of budget
};

using Shares = std::array<double, max_tiers>;  // of one object, summing to 1 where it fits

struct Placement {
  std::array<Shares, max_objects> shares{};
  std::array<double, max_tiers> used{};  // byte
  double seconds = 0;                    // reading and writing everything once as placed, latencies apart
  double lacking = 0;                    // byte that found no place; 0 = fits
  std::size_t homeless = max_objects;    // first object that did not fit wholly
  std::size_t binding = max_tiers;       // tier whose capacity binds first, the one worth enlarging; max_tiers = none
  bool fits() const { return lacking <= 0; }
};

// Hottest first (bytes a step over size), each over the tiers that have room in proportion to their bandwidth. When a
// tier is full the rest goes to the others; a chained tier is used once the parallel ones left are slower than it.
// Where the tiers' bandwidths are in one ratio for all objects and every object may lie in every tier, or in one only,
// this solves the linear program: give every tier that filled up the price a byte at which the last object in it did
// as well without it. Prices fall in the order in which tiers filled, so no object would move. Where several tiers hold
// the cache and others do not, how the cache divides over them is searched to 1e-4. placement_test.cpp compares with a
// simplex. At most max_objects and max_tiers are read.
Placement place(std::span<const StoredObject> objects, std::span<const Tier> tiers);

// t_mem of one operator (4.2, 4.4) whose bytes lie in `shares` of the tiers: the longest of the parallel tiers, plus
// the chained ones.
double read_seconds(std::span<const Tier> tiers, const Shares& shares, const Access& access);

// A tier that is read completely every step gives no step shorter than used / BW (4.4), what BW/Cap of RPU says.
inline double sweep_seconds(const Tier& tier, double used) { return used / sustained_bandwidth(tier); }

}  // namespace sextant::analysis
