// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/model/projection.hpp"
#include "analysis/uncertainty/draws.hpp"

namespace sextant::analysis {

// Every figure behind a projection with the distribution it was drawn from, where it comes from and how far it was
// carried (decode-model.md section 5). `draws` is the number of columns in `shares`.
std::vector<ParameterRecord> parameter_records(const BoundDesign& bound, const DrawShares& shares, std::size_t draws);

// What holds for a figure: "interpolated" (measured on this device), "extrapolated" (on another of its class, or by
// another engine), "analogue" (on another class of memory), "stated" (by the maker of this device, or of a relative),
// "claimed" (of silicon that nobody has built), "assumed".
const char* validity(const Figure& figure);

}  // namespace sextant::analysis
