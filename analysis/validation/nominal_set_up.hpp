// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/model/operators.hpp"
#include "analysis/validation/machine.hpp"
#include "analysis/validation/set_up.hpp"

// A set-up that nobody fitted, for the tests of what builds on one: six tenths of the data sheet, 80 us a layer, and half
// of the peak in arithmetic.
namespace sextant::analysis::example {

inline SetUp nominal_set_up(const Case& c, const Catalogue& catalogue) {
  const Decoding& d = c.decoding();
  SetUp s;
  s.workload.model = model_shape(find(catalogue, Kind::model, d.model));
  s.workload.batch = d.batch.value_or(1);
  s.workload.context = d.input.value_or(512);
  s.workload.output = d.output.value_or(256);
  s.workload.precision.weight = s.workload.precision.expert = s.workload.precision.embedding = d.weight_bytes;
  s.workload.precision.cache = d.cache_bytes;
  s.hardware.devices = d.shared_by;
  s.hardware.memory().capacity = 1e15;
  s.hardware.memory().read_bandwidth = 0.6 * c.bandwidth;
  s.hardware.compute.fill(arithmetic_share * c.arithmetic);
  s.hardware.fixed.per_layer = 80e-6;
  s.hardware.interconnect() = {.topology = Topology::switched, .latency = 1e-5, .gap = 1 / 300e9};
  s.prefill = 2 * active_parameters(s.workload.model) * s.workload.batch * s.workload.context /
              (d.shared_by * arithmetic_share * c.arithmetic);
  return s;
}

inline SetUpOf nominal_set_ups(const Catalogue& catalogue) {
  return [&catalogue](const Case& c) { return nominal_set_up(c, catalogue); };
}

inline std::vector<const Case*> pointers(const std::vector<Case>& cases) {
  std::vector<const Case*> all;
  for (const Case& c : cases) all.push_back(&c);
  return all;
}

}  // namespace sextant::analysis::example
