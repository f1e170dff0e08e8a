// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sextant::probes {

// One stop of a pointer chase, alone on its cache line.
struct alignas(64) Stop {
  const Stop* next;
  std::uint64_t rank;  // place in the walk, 0 at the start: how the walk is checked
};

// Links the stops into one cycle drawn uniformly from all cycles: a Fisher-Yates shuffle of the stops, closed to a ring
// (the same distribution as Sattolo's algorithm, and it yields each stop's rank on the way). Returns the stops in the
// order of the walk, as indices. At most 2^32 stops.
std::vector<std::uint32_t> link_cycle(std::span<Stop> stops, std::uint64_t seed);

// Whether the stops form one cycle through all of them, in the order of their ranks.
bool is_one_cycle(std::span<const Stop> stops);

// Follows `loads` pointers (a multiple of 16) from `stop`, each load dependent on the one before.
const Stop* chase(const Stop* stop, std::uint64_t loads);

// Follows `loads` pointers from each of the given stops at the same time, so that the misses overlap.
void chase_together(std::span<const Stop*> stops, std::uint64_t loads);

}  // namespace sextant::probes
