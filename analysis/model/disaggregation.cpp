// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/disaggregation.hpp"

#include "analysis/model/operators.hpp"

namespace sextant::analysis {

Handover handover(const Workload& w, double prompt, double step, double prefill, double link) {
  Workload one = w;
  one.batch = 1;
  one.cache = {};
  one.parallelism = {1, 1, 1, 1, 1};  // the whole cache, however the group shares it
  Handover h;
  h.bytes = resident_cache(one, 1, prompt);  // windows keep no more than their tokens
  h.seconds = h.bytes / link;
  h.exposed = h.seconds / w.model.layers;
  const double generation = step * w.output / tokens_per_step(w);  // of one sequence
  h.bandwidth = h.bytes * w.batch / generation;
  h.prefill_ratio = prefill * w.batch / generation;
  return h;
}

}  // namespace sextant::analysis
