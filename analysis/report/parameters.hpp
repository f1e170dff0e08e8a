// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/report/report.hpp"

namespace sextant::analysis {

// The profile as tables, one per family of parameters, each source in its colour; then what was refused and why.
// HTML; a sentence when the profile is empty.
std::string parameters_html(const results::Profile& profile);

}  // namespace sextant::analysis
