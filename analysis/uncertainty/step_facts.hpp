// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "analysis/model/life.hpp"
#include "analysis/model/projection.hpp"
#include "analysis/uncertainty/binding.hpp"

// What follows from a step besides its time (decode-model.md sections 4.5, 4.7, 4.9 and 4.10).
namespace sextant::analysis {

// Energy is given where a design says where power goes: what it uses idle, for arithmetic and for its memory.
bool states_power(const Design& design);

// The tier that wears out first, and how; years are infinite where none does.
struct Life {
  double years = forever;
  std::size_t tier = 0;
  Mechanism mechanism = Mechanism::none;
};

Life shortest_life(const Step& step, const Hardware& hardware);

// Split, limits of the batch, power, intensity, footprint and what wears out, at the median values (4.2, 4.10).
void describe_step(Projection& projection, const Step& step, const Workload& workload, const Hardware& hardware,
                   const BoundDesign& bound);

// What handing prompts over takes, at the projection's median time (4.9); nothing where prefill is not elsewhere.
void describe_handover(Projection& projection, const Workload& workload);

}  // namespace sextant::analysis
