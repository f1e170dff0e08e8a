// SPDX-License-Identifier: Apache-2.0
// What one collective costs: a step asks for several, so the bound is 50 ns.
#include <benchmark/benchmark.h>

#include "analysis/model/two_level.hpp"

namespace sextant::analysis {
namespace {

void run(benchmark::State& state, const Interconnect& net) {
  double bytes = 16384;
  for (auto _ : state) {
    CollectiveTime time = all_reduce(net, 8, bytes);
    benchmark::DoNotOptimize(time);
    bytes += 16;
  }
}

void all_reduce_switched(benchmark::State& state) { run(state, {Topology::switched, 7e-6, 0, 1 / 360e9, 1}); }
void all_reduce_torus(benchmark::State& state) { run(state, {Topology::torus, 1e-6, 0, 1 / 360e9, 3}); }
void all_reduce_tree(benchmark::State& state) { run(state, {Topology::tree, 1e-6, 0, 1 / 360e9, 1}); }

void all_reduce_two_level(benchmark::State& state) {
  const TwoLevel net{8, {Topology::switched, 3e-6, 0, 1 / 450e9, 1}, {Topology::fat_tree, 6e-6, 0, 1 / 50e9, 2}};
  double bytes = 16384;
  for (auto _ : state) {
    CollectiveTime time = all_reduce(net, 64, bytes);
    benchmark::DoNotOptimize(time);
    bytes += 16;
  }
}

BENCHMARK(all_reduce_switched);
BENCHMARK(all_reduce_torus);
BENCHMARK(all_reduce_tree);
BENCHMARK(all_reduce_two_level);

}  // namespace
}  // namespace sextant::analysis
