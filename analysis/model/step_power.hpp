// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/decode.hpp"

namespace sextant::analysis {

// Energy of the group, and what a limit on power or temperature costs a step whose times are known (4.7): arithmetic slows
// first, then everything waits; memory that gets hot refreshes more often. A device that uses more at rest than the limit
// takes for ever.
void add_power(Step& step, const Hardware& hardware);

}  // namespace sextant::analysis
