// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/machine.hpp"
#include "analysis/validation/outcome.hpp"
#include "analysis/validation/prior_fit.hpp"
#include "analysis/validation/set_up.hpp"

// Power and energy of decode runs from their bytes, operations and seconds: decode-model.md section 4.7 and case E1.
//
//   P = P_static + e_b bytes/s + e_f FLOP/s                         of one accelerator, by decode_step
//   P_static = s P_board,  e_b = e_memory + b P_board / BW,  e_f = f P_board / peak
//   W = rest + min(P_board, k P)                                    at the wall, peak
//
// e_memory is the catalogue's figure for the memory; what a chip spends on the way from there to the multipliers, at
// rest and for a FLOP goes with what its board may use. Six figures for all devices, and one deviation for each device,
// pulled towards none: devices of other classes say nothing of it.
//
// Means over a run hold gaps in which nothing was decoded. No row says how long they were, so they are in the fitted
// figures and in the width; a row whose notes speak of them is taken to be less certain.
namespace sextant::analysis {

struct EnergyFit {
  PriorFit fit;
  StepFunction step = decode_step;
};

// Rows of other metrics, refused ones and those of devices without a board power are passed over.
EnergyFit fit_energy(std::span<const Case* const> rows, const Catalogue& catalogue, const SetUpOf& set_up,
                     StepFunction step = decode_step);

// W of one accelerator, W of the whole machine, or J for an output token of all accelerators.
Predicted predict(const EnergyFit& fit, const Case& measured, const Catalogue& catalogue, const SetUpOf& set_up);

std::size_t parameters(const EnergyFit& fit);

}  // namespace sextant::analysis
