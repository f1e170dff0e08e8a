// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/machine.hpp"

#include <fmt/format.h>

namespace sextant::analysis {
namespace {

// Nothing but memory at what its vendor states, and nothing fixed: no real machine is faster.
Hardware ideal(const DecodeCase& measured) {
  Machine machine;
  machine.bandwidth = measured.bandwidth;
  machine.link_bandwidth = 1e30;
  Hardware hardware = hardware_of(machine, measured);
  hardware.compute.fill(1e30);
  hardware.overlap = 8;
  return hardware;
}

}  // namespace

Workload workload_of(const DecodeCase& measured, const Model& model) {
  Workload w;
  w.model = model;
  w.batch = measured.batch.value_or(1);
  w.context = measured.input;
  w.output = measured.output;
  w.precision.weight = w.precision.expert = w.precision.embedding = measured.weight_bytes;
  w.precision.cache = measured.cache_bytes;
  return w;
}

Hardware hardware_of(const Machine& machine, const DecodeCase& measured) {
  Hardware h;
  h.devices = measured.shared_by;
  h.memory().capacity = 1e15;
  h.memory().read_bandwidth = machine.bandwidth;
  if (machine.cache_bandwidth > 0) h.cache_share.fill(machine.cache_bandwidth / machine.bandwidth);
  h.compute.fill(arithmetic_share * measured.arithmetic);
  h.fixed.per_layer = machine.per_layer;
  h.fixed.per_sequence = machine.per_sequence;
  if (measured.shared_by > 1) {
    const auto found = machine.latency.find(measured.shared_by);
    h.interconnect().topology = Topology::switched;
    h.interconnect().latency = found == machine.latency.end() ? 0 : found->second;
    h.interconnect().gap = 1 / (link_share * machine.link_bandwidth);
  }
  return h;
}

double prefill_seconds(const DecodeCase& measured, const Model& model) {
  Workload w;
  w.model = model;
  w.precision.weight = w.precision.expert = w.precision.embedding = 1;
  const double parameters = resident_weights(w, 1);
  return 2 * parameters * measured.batch.value_or(1) * measured.input /
         (measured.shared_by * arithmetic_share * measured.arithmetic);
}

double predicted_latency(const DecodeCase& measured, const Model& model, const Machine& machine, StepFunction step) {
  const Step one = step(workload_of(measured, model), hardware_of(machine, measured));
  return prefill_seconds(measured, model) + measured.output * one.seconds;
}

std::optional<std::string> screened(const DecodeCase& measured, const Model& model, double capacity) {
  Hardware h = ideal(measured);
  h.memory().capacity = 0.9 * capacity;
  Workload w = workload_of(measured, model);
  w.routing.correlation = 1;  // all tokens may have chosen the same experts
  const Step step = decode_step(w, h);
  if (!step.fits)
    return fmt::format("needs {:.1f} GB of {:.1f} GB that an accelerator has: the batch ran in parts",
                       step.needed / 1e9, 0.9 * capacity / 1e9);
  const double least = measured.output * step.seconds;
  if (measured.value < least)
    return fmt::format("{:.3g} s is faster than its bytes at the bandwidth of the data sheet, {:.3g} s", measured.value,
                       least);
  return std::nullopt;
}

}  // namespace sextant::analysis
