// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/case.hpp"

// What no machine can do, whatever its software.
namespace sextant::analysis {

// Why a value cannot be what it says, with both figures. Nothing: it can, or nothing bounds it (flash, energy,
// collectives). A decode run is bounded by its bytes at the bandwidth that the vendor states, with all accelerators at
// work, nothing fixed and all tokens of a batch at the same experts, and by its arithmetic at the highest peak of the
// device; a kernel by its bytes; a bandwidth by the stated one. The case must name what the catalogue has.
std::optional<std::string> beats_physics(const Case& measured, const Catalogue& catalogue);

// Sets `cached` of the kernels that move no more bytes than an impossible one of their device, library and type: what
// served that one serves them in part (the rule of results/import/published.hpp).
void mark_cached(std::vector<Case>& cases);

}  // namespace sextant::analysis
