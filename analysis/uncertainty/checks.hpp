// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/decode.hpp"
#include "analysis/model/projection.hpp"
#include "analysis/uncertainty/binding.hpp"

// What must be said beside an answer, or instead of one.
namespace sextant::analysis {

// Whether the model fits, what is lacking where it does not, and whether sources that disagree about a capacity disagree
// about that.
void check_capacity(Projection& projection, const Workload& workload, const BoundDesign& bound, const Step& step);

// A device that uses more at rest than can be supplied or cooled has no time either (4.7).
void check_cooling(Projection& projection, const Step& step);

// Which types the multipliers really work on. Throws InvalidInput when the design has none that will do.
void check_arithmetic(Projection& projection, const Workload& workload, const Values& values, const Design& design);

// A remark for flash whose depth lies outside what was measured.
void check_flash_depth(Projection& projection, const BoundDesign& bound, const Values& values);

}  // namespace sextant::analysis
