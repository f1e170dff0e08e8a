// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/designs/design.hpp"
#include "analysis/designs/document.hpp"

namespace sextant::analysis {

// The figure at `path` of a design ("flash.bandwidth"), for this slot. Throws InvalidInput naming file, line and key.
Figure read_figure(const Document& document, const Catalogue& catalogue, const std::string& path, Slot slot);

}  // namespace sextant::analysis
