// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/report/report.hpp"

namespace sextant::analysis {

// What a reader sees before scrolling: what was asked, the answer with its interval, the machine. HTML.
std::string first_screen(const ReportInput& input);

std::string page_title(const ReportInput& input);  // plain text

}  // namespace sextant::analysis
