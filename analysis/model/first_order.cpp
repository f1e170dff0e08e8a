// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/decode.hpp"

namespace sextant::analysis {

FirstOrder first_order_step(const Workload& w, const Hardware& h) {
  const Parallelism p = resolved(w.parallelism, h.devices);
  const Share s = share(w, p);
  const Model& m = w.model;
  const double tokens = w.context + w.output / 2;
  const double weights = streamed_weights(w, s);
  const double cache = s.sequences * tokens * full_attention_layers(m) * cache_elements(m) * w.precision.cache *
                       s.key_value_heads / m.key_value_heads;
  const double bandwidth = sustained_bandwidth(h.memory());
  const double memory = (weights + cache / h.cache_share[0]) / bandwidth;
  const double fixed = m.layers * (h.fixed.per_layer + s.sequences * h.fixed.per_sequence) + h.fixed.per_step;
  const double group = p.tensor * p.context;
  const CollectiveTime reduce = all_reduce(h.network, group, s.rows * m.hidden * w.precision.activation);
  const double talk = group > 1 ? 2 * m.layers * reduce.seconds() : 0;

  FirstOrder step;
  step.seconds = memory + fixed + talk;
  const double flops = 2 * s.rows * weights / w.precision.weight;
  step.energy =
      h.devices * ((weights + cache) * h.memory().energy_read + flops * h.power.per_flop + h.power.idle * step.seconds);
  step.bound = memory >= fixed && memory >= talk ? bound_names[0] : fixed >= talk ? bound_names[7] : bound_names[5];
  return step;
}

}  // namespace sextant::analysis
