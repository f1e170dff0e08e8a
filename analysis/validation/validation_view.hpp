// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/report/validated.hpp"
#include "analysis/validation/validation_text.hpp"

namespace sextant::analysis {

// A validation as the pages of the report take it. A case that is not predicted keeps its reason and has no value.
ValidationView view_of(const Validation& validation, const Catalogue& catalogue);

}  // namespace sextant::analysis
