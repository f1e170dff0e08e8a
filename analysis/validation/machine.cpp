// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/machine.hpp"

#include <fmt/format.h>

#include "analysis/model/prefill.hpp"

namespace sextant::analysis {
Workload workload_of(const Case& measured, const Model& model) {
  Workload w;
  w.model = model;
  const Decoding& d = measured.decoding();
  w.batch = d.batch.value_or(1);
  w.context = d.input.value_or(0);
  w.output = d.output.value_or(0);
  w.precision.weight = w.precision.expert = w.precision.embedding = d.weight_bytes;
  w.precision.cache = d.cache_bytes;
  return w;
}

Hardware hardware_of(const Machine& machine, const Case& measured) {
  Hardware h;
  const double shared_by = measured.decoding().shared_by;
  h.devices = shared_by;
  h.memory().capacity = 1e15;
  h.memory().read_bandwidth = machine.bandwidth;
  if (machine.cache_bandwidth > 0) h.cache_share.fill(machine.cache_bandwidth / machine.bandwidth);
  h.compute.fill(arithmetic_share * measured.arithmetic);
  h.fixed.per_layer = machine.per_layer;
  h.fixed.per_sequence = machine.per_sequence;
  if (shared_by > 1) {
    const auto found = machine.latency.find(shared_by);
    h.interconnect().topology = Topology::switched;
    h.interconnect().latency = found == machine.latency.end() ? 0 : found->second;
    h.interconnect().gap = 1 / (link_share * machine.link_bandwidth);
  }
  return h;
}

double predicted_latency(const Case& measured, const Model& model, const Machine& machine, StepFunction step) {
  const Workload w = workload_of(measured, model);
  const Hardware h = hardware_of(machine, measured);
  return prefill_seconds(w, h) + measured.decoding().output.value_or(0) * step(w, h).seconds;
}

std::optional<std::string> screened(const Case& measured, const Model& model, double capacity) {
  if (!measured.refused.empty()) return measured.refused;
  Machine machine;
  machine.bandwidth = machine.link_bandwidth = measured.bandwidth;  // how fast does not matter here
  Hardware h = hardware_of(machine, measured);
  h.memory().capacity = 0.9 * capacity;
  const Step step = decode_step(workload_of(measured, model), h);
  if (step.fits) return std::nullopt;
  return fmt::format("needs {:.1f} GB of {:.1f} GB that an accelerator has: the batch ran in parts", step.needed / 1e9,
                     0.9 * capacity / 1e9);
}

}  // namespace sextant::analysis
