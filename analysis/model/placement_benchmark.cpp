// SPDX-License-Identifier: Apache-2.0
// Placements a second, one core. Sizes change with every call, and every result is used.
#include <benchmark/benchmark.h>

#include <array>

#include "analysis/model/placement.hpp"

namespace sextant::analysis {
namespace {

// HBM, LPDDR and flash; the first `caching` of them hold the cache.
std::array<Tier, 3> three_tiers(std::size_t caching) {
  std::array<Tier, 3> tiers{};
  tiers[0] = {.capacity = 170e9, .read_bandwidth = 6.8e12, .write_bandwidth = 6.8e12, .latency = 5e-7};
  tiers[1] = {.capacity = 500e9, .read_bandwidth = 0.5e12, .write_bandwidth = 0.5e12, .latency = 5e-7};
  tiers[2] = {.capacity = 2e12, .read_bandwidth = 3.2e12, .latency = 5e-6, .granularity = 4096};
  for (std::size_t i = 0; i < 3; ++i) tiers[i].holds_cache = i < caching;
  return tiers;
}

void placements(benchmark::State& state, std::size_t tiers, std::size_t caching, double scale) {
  const std::array<Tier, 3> all = three_tiers(caching);
  std::array<StoredObject, 6> objects{};
  objects[0] = {.size = 60e9 * scale, .read = 60e9 * scale, .written = 60e4, .block = 1 << 20, .changes = true};
  objects[1] = {.size = 30e9 * scale, .read = 30e9 * scale};
  objects[2] = {.size = 200e9 * scale, .read = 20e9 * scale, .address = Address::data_dependent};
  objects[3] = {.size = 4e9 * scale, .read = 4e9 * scale};
  objects[4] = {.size = 4e9 * scale, .read = 1e5};
  objects[5] = {.size = 20e9 * scale, .read = 1e9 * scale, .block = 1 << 16, .changes = true};
  double growth = 1;
  for (auto _ : state) {
    growth = growth > 1.1 ? 1 : growth * 1.0001;
    objects[0].size = 60e9 * scale * growth;
    const Placement p = place(objects, std::span(all).first(tiers));
    benchmark::DoNotOptimize(p);
  }
}

BENCHMARK_CAPTURE(placements, one_tier, 1, 3, 0.1);
BENCHMARK_CAPTURE(placements, three_tiers_no_limit, 3, 3, 0.2);
BENCHMARK_CAPTURE(placements, three_tiers_full, 3, 3, 1.2);
BENCHMARK_CAPTURE(placements, three_tiers_cache_in_one, 3, 1, 1.2);
BENCHMARK_CAPTURE(placements, three_tiers_cache_in_two, 3, 2, 1.2);

}  // namespace
}  // namespace sextant::analysis

BENCHMARK_MAIN();
