// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/machine.hpp"
#include "analysis/validation/outcome.hpp"
#include "analysis/validation/prior_fit.hpp"
#include "analysis/validation/set_up.hpp"

// Decode runs whose weights lie in host memory or on an SSD, by decode_step on several tiers (decode-model.md section
// 4.4): the accelerator's memory, host memory over PCI Express, an SSD behind it. Tiers and their sizes come from the
// words of the row (offload.hpp), peaks from the catalogue. Fitted over all engines are the shares of the peaks that
// streaming reaches; an engine deviates from them by one factor, pulled towards none. What a row does not say (the make
// of its SSD, the channels of its host) is a declared class that widens the interval as far as the step depends on it.
namespace sextant::analysis {

struct FlashFit {
  PriorFit fit;
  StepFunction step = decode_step;
};

// Rows of power and energy and refused ones are passed over.
FlashFit fit_flash(std::span<const Case* const> rows, const Catalogue& catalogue, const SetUpOf& set_up,
                   StepFunction step = decode_step);

// In the unit of the row's metric. A rate of all tokens includes the prompt where the notes say so.
Predicted predict(const FlashFit& fit, const Case& measured, const Catalogue& catalogue, const SetUpOf& set_up);

std::size_t parameters(const FlashFit& fit);

}  // namespace sextant::analysis
