// SPDX-License-Identifier: Apache-2.0
// What the captures google_benchmark_*.json beside this were made with (README.md); not part of the build.
#include <benchmark/benchmark.h>
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>
static void sum(benchmark::State& state) {
  std::vector<double> values(std::size_t(state.range(0)), 1.0);
  for (auto _ : state) benchmark::DoNotOptimize(std::accumulate(values.begin(), values.end(), 0.0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * 8);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sum)->Arg(1024)->Arg(65536);
static void sort(benchmark::State& state) {
  std::mt19937 random(1);
  std::vector<unsigned> values(std::size_t(state.range(0)));
  for (auto _ : state) {
    std::generate(values.begin(), values.end(), std::ref(random));
    std::sort(values.begin(), values.end());
  }
}
BENCHMARK(sort)->Arg(10000)->Unit(benchmark::kMicrosecond);
static void refuse(benchmark::State& state) { state.SkipWithError("no such device"); for (auto _ : state) {} }
BENCHMARK(refuse);
BENCHMARK_MAIN();
