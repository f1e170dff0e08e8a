// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/hardware.hpp"
#include "analysis/model/workload.hpp"

namespace sextant::analysis {

// Seconds in which one group of the hardware's devices takes in the prompts of a batch, workload.context tokens each: the
// arithmetic alone, 2 N_active tokens at the rate of the weights' type, which hides everything else from a few hundred
// tokens on (decode-model.md section 3a). The quadratic part of attention is left out: 4 % of it at 4096 tokens of an 8B
// model.
double prefill_seconds(const Workload& workload, const Hardware& hardware);

}  // namespace sextant::analysis
