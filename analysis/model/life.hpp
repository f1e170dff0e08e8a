// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/decode.hpp"

namespace sextant::analysis {

// How long a tier lasts under a step that is repeated for ever, all wear together (4.5). For ever where it does not wear
// out, or where the step does not fit. Weights read from it disturb their neighbours, so that even what is never written
// is rewritten; it is rewritten besides when its charge has leaked.
Lifetime lifetime_of(const Step& step, const Hardware& hardware, std::size_t tier);

}  // namespace sextant::analysis
