// SPDX-License-Identifier: Apache-2.0
// What one evaluation of the model costs: fixed design, workload, split and parameter vector to time, energy and bound, no
// search. Parameter vectors are distinct and their results consumed, so that nothing is computed once for all. Bounds:
// 300,000 a second and core in full, 2 million for the dense fast path; everything that draws, sweeps and searches
// multiplies them.
#include <benchmark/benchmark.h>

#include <vector>

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

// A mixture with windows, two tiers, units near the memory and experts spread over replicas takes every branch there is.
Workload mixture() {
  Workload w;
  w.model = example::gpt_oss_120b();
  w.precision.expert = 0.53125;
  w.batch = 32;
  w.context = 4096;
  w.parallelism = {2, 1, 4, 1, 8};
  return w;
}

Hardware eight_devices() {
  Hardware h;
  h.devices = 8;
  h.memory() = {.capacity = 72e9,
                .read_bandwidth = 2.85e12,
                .write_bandwidth = 2.85e12,
                .energy_read = 27.5e-12,
                .energy_write = 27.5e-12};
  h.compute = {67e12, 500e12, 1000e12, 1000e12, 2000e12};
  h.fixed = {Execution::graph, 0, 62e-6, 0.48e-6, 0};
  h.interconnect() = {.topology = Topology::switch_reduction, .latency = 7e-6, .reduction = 0.2e-6, .gap = 1 / 360e9};
  h.power = {.idle = 300, .per_flop = 2e-12, .per_link_byte = 10e-12};
  return h;
}

// A thousand machines around one, as draws of its parameters are.
std::vector<Hardware> drawn(const Hardware& centre) {
  std::vector<Hardware> machines(1024, centre);
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const double factor = 0.8 + 0.4 * static_cast<double>(i) / static_cast<double>(machines.size());
    machines[i].memory().read_bandwidth *= factor;
    machines[i].fixed.per_layer /= factor;
    machines[i].interconnect().latency *= 2 - factor;
    for (double& rate : machines[i].compute) rate *= factor;
  }
  return machines;
}

template <typename Evaluate>
void run(benchmark::State& state, const Hardware& centre, Evaluate evaluate) {
  const std::vector<Hardware> machines = drawn(centre);
  std::size_t i = 0;
  for (auto _ : state) {
    auto step = evaluate(machines[i]);
    benchmark::DoNotOptimize(step);
    i = i + 1 < machines.size() ? i + 1 : 0;
  }
  state.SetItemsProcessed(state.iterations());
}

void dense_fast_path(benchmark::State& state) {
  const Workload w = llama_70b();
  run(state, eight_devices(), [&](const Hardware& h) { return first_order_step(w, h); });
}

void dense_step(benchmark::State& state) {
  const Workload w = llama_70b();
  run(state, eight_devices(), [&](const Hardware& h) { return decode_step(w, h); });
}

void mixture_step(benchmark::State& state) {
  const Workload w = mixture();
  Hardware h = eight_devices();
  example::add_flash(h, 2e12, 5e12, 5e-6, 0.5);
  example::add_units(h, 16, 0.05, 1e12, 0.4e-6);
  run(state, h, [&](const Hardware& machine) { return decode_step(w, machine); });
}

BENCHMARK(dense_fast_path)->Unit(benchmark::kMicrosecond);
BENCHMARK(dense_step)->Unit(benchmark::kMicrosecond);
BENCHMARK(mixture_step)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sextant::analysis

BENCHMARK_MAIN();
