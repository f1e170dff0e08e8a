// SPDX-License-Identifier: Apache-2.0
// One evaluation, printed to the last bit: scripts/wasm compares what WebAssembly and this machine make of it.
#include <cstdio>
#include <string>

#include "analysis/model/decode.hpp"
#include "analysis/model/example_models.hpp"
#include "results/record/unit.hpp"

int main() {
  using namespace sextant::analysis;
  Workload workload;
  workload.model = example::gpt_oss_120b();
  workload.precision.expert = 0.53125;
  workload.batch = 32;
  workload.context = 4096;

  Hardware hardware;
  hardware.devices = 8;
  hardware.memory() = {.capacity = 72e9, .read_bandwidth = 2.85e12, .write_bandwidth = 2.85e12};
  hardware.compute.fill(500e12);
  hardware.fixed = {Execution::graph, 0, 62e-6, 0.48e-6, 0};
  hardware.interconnect() = {Topology::switched, 7e-6, 0, 1 / 360e9, 1};

  const Step step = decode_step(workload, hardware);
  const std::string unit(sextant::results::code(sextant::results::Unit::second));
  std::printf("%.17g %s, bound by %s\n", step.seconds, unit.c_str(), bound_by(step));
}
