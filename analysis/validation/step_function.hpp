// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/decode.hpp"

namespace sextant::analysis {

// decode_step, or a version of it with an equation broken, to see that predictions notice.
using StepFunction = Step (*)(const Workload&, const Hardware&);

}  // namespace sextant::analysis
