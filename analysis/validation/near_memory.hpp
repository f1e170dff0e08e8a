// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/outcome.hpp"

namespace sextant::analysis {

// How many times faster products of a memory-bound layer are where units near the memory do them: the bandwidth inside
// over the one of its port (decode-model.md section 4.6), of the catalogue's technology that the row names, else of any
// processing in banks. Nothing is fitted; the interval is that of a figure carried from claims (T5, section 5).
Predicted near_memory_speedup(const Case& measured, const Catalogue& catalogue);

}  // namespace sextant::analysis
