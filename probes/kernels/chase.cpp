// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/chase.hpp"

#include <numeric>
#include <random>
#include <utility>

namespace sextant::probes {

std::vector<std::uint32_t> link_cycle(std::span<Stop> stops, std::uint64_t seed) {
  std::vector<std::uint32_t> order(stops.size());
  std::iota(order.begin(), order.end(), 0u);
  std::mt19937_64 random(seed);
  // Not std::shuffle, which differs between standard libraries. The modulus favours some places by less than 2^-32.
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const std::size_t after = rank + 1 == order.size() ? 0 : rank + 1;
    stops[order[rank]] = {&stops[order[after]], rank};
  }
  return order;
}

bool is_one_cycle(std::span<const Stop> stops) {
  std::vector<bool> seen(stops.size());
  for (const Stop& stop : stops) {
    if (stop.rank >= stops.size() || seen[stop.rank]) return false;
    seen[stop.rank] = true;
    if (stop.next < stops.data() || stop.next >= stops.data() + stops.size()) return false;
    if (stop.next->rank != (stop.rank + 1 == stops.size() ? 0 : stop.rank + 1)) return false;
  }
  return true;  // ranks are a permutation and each stop leads to the next rank
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
