// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/model/decode.hpp"
#include "analysis/model/projection.hpp"
#include "analysis/uncertainty/binding.hpp"

namespace sextant::analysis {

// What --explain prints: every contribution to the step with its equation, bytes, bandwidth, deciding parameter, source
// and class. The seconds add up to the step.
std::vector<Term> terms(const Step& step, const Workload& workload, const Hardware& hardware,
                        const BoundDesign& design);

}  // namespace sextant::analysis
