// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/chase.hpp"

namespace sextant::probes {

namespace {

Stop stop_at(std::span<const Stop> stops, const CycleOrder& order, std::uint64_t place) {
  const std::uint64_t rank = order.rank_of(place);
  return {rank == order.length() ? nullptr : &stops[order.next(rank)], rank};
}

}  // namespace

void link_cycle(std::span<Stop> stops, const CycleOrder& order) {
  for (std::size_t place = 0; place < stops.size(); ++place) stops[place] = stop_at(stops, order, place);
}

CycleOrder link_cycle(std::span<Stop> stops, std::uint64_t seed) {
  const CycleOrder order(stops.size(), seed);
  link_cycle(stops, order);
  return order;
}

bool is_cycle(std::span<const Stop> stops, const CycleOrder& order) {
  if (stops.size() != order.places()) return false;
  for (std::size_t place = 0; place < stops.size(); ++place) {
    const Stop wanted = stop_at(stops, order, place);
    if (stops[place].next != wanted.next || stops[place].rank != wanted.rank) return false;
  }
  return true;
}

const Stop* chase(const Stop* stop, std::uint64_t loads) {
  for (std::uint64_t i = 0; i < loads; i += 16) {
    stop = stop->next->next->next->next->next->next->next->next;
    stop = stop->next->next->next->next->next->next->next->next;
  }
  return stop;
}

void chase_together(std::span<const Stop*> stops, std::uint64_t loads) {
  for (std::uint64_t i = 0; i < loads; ++i) {
    for (const Stop*& stop : stops) stop = stop->next;
  }
}

}  // namespace sextant::probes
