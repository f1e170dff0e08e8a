// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "analysis/validation/call_fit.hpp"
#include "analysis/validation/memory_fit.hpp"

// The groups gemm, attention, collectives and memory: fitted on some published cases, predicting others.
namespace sextant::analysis {

struct ComponentFit {
  Catalogue catalogue;           // where data sheets are looked up
  std::array<CallFit, 3> calls;  // gemm, attention, collectives
  MemoryFit memory;
};

// Refused cases, and those of other groups, are not used.
ComponentFit fit_components(std::span<const Case* const> rows, const Catalogue& catalogue,
                            const Equations& equations = {});

// In the unit of the case; refused where there is nothing to learn from. Throws std::invalid_argument for a case of
// another group.
Predicted predict(const ComponentFit& fit, const Case& one);

// Numbers that the rows decided: of classes of calls, of the smoothness of misfits, of kinds of memory figures.
std::size_t parameters(const ComponentFit& fit);

}  // namespace sextant::analysis
