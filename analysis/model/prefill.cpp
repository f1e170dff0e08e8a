// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/prefill.hpp"

#include "analysis/model/operators.hpp"

namespace sextant::analysis {

double prefill_seconds(const Workload& w, const Hardware& h) {
  const double rate = h.devices * h.compute[static_cast<std::size_t>(w.precision.weight_arithmetic)];
  return 2 * active_parameters(w.model) * w.batch * w.context / rate;
}

}  // namespace sextant::analysis
