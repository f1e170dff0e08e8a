// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "probes/kernels/cycle_order.hpp"

namespace sextant::probes {

// One stop of a pointer chase, alone on its cache line.
struct alignas(64) Stop {
  const Stop* next;
  std::uint64_t rank;  // place in the walk, 0 at the start: how the walk is checked
};

// Links the stops into one cycle in the given order (order.places() stops, order.length() of them on the way; one left
// out leads nowhere).
void link_cycle(std::span<Stop> stops, const CycleOrder& order);
CycleOrder link_cycle(std::span<Stop> stops, std::uint64_t seed);  // in an order free of windows, which it returns

// Whether the stops still form the cycle of that order. As the order is a bijection, stops that hold what was written
// are one cycle through all of them.
bool is_cycle(std::span<const Stop> stops, const CycleOrder& order);

// Follows `loads` pointers (a multiple of 16) from `stop`, each load dependent on the one before.
const Stop* chase(const Stop* stop, std::uint64_t loads);

// Follows `loads` pointers from each of the given stops at the same time, so that the misses overlap.
void chase_together(std::span<const Stop*> stops, std::uint64_t loads);

}  // namespace sextant::probes
