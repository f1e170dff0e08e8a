// SPDX-License-Identifier: Apache-2.0
// What one evaluation of the model costs with a fixed parameter vector: the bound is 20 microseconds, because
// everything that draws, sweeps and searches multiplies it.
#include <benchmark/benchmark.h>

#include "analysis/model/decode.hpp"
#include "analysis/model/example_models.hpp"

namespace sextant::analysis {
namespace {

Workload llama_70b() {
  Workload w;
  w.model = example::llama_3_70b();
  w.context = 4096;
  w.output = 512;
  return w;
}

// A mixture with windows and flash takes every branch there is.
Workload mixture() {
  Workload w;
  w.model = example::gpt_oss_120b();
  w.precision.expert = 0.53125;
  w.batch = 32;
  w.context = 4096;
  return w;
}

Hardware eight_devices() {
  Hardware h;
  h.devices = 8;
  h.memory() = {.capacity = 72e9, .read_bandwidth = 2.85e12, .write_bandwidth = 2.85e12};
  h.compute = {67e12, 500e12, 1000e12, 1000e12, 2000e12};
  h.fixed = {Execution::graph, 0, 62e-6, 0.48e-6, 0};
  h.interconnect() = {Topology::switch_reduction, 7e-6, 0.2e-6, 1 / 360e9, 1};
  return h;
}

void run(benchmark::State& state, const Workload& workload, const Hardware& hardware) {
  for (auto _ : state) {
    Step step = decode_step(workload, hardware);
    benchmark::DoNotOptimize(step);
  }
}

void dense_step(benchmark::State& state) { run(state, llama_70b(), eight_devices()); }

void mixture_step(benchmark::State& state) {
  Hardware h = eight_devices();
  example::add_flash(h, 2e12, 5e12, 5e-6, 0.5);
  example::add_units(h, 16, 0.05, 1e12, 0.4e-6);
  run(state, mixture(), h);
}

BENCHMARK(dense_step)->Unit(benchmark::kMicrosecond);
BENCHMARK(mixture_step)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sextant::analysis

BENCHMARK_MAIN();
