// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/report/chart.hpp"
#include "analysis/report/report.hpp"

namespace sextant::analysis {

// The charts of one run in the page; ids are unique among runs.
std::vector<Chart> charts_of_run(const ReportInput& input, std::size_t run);

// Every chart of the page in its order.
std::vector<Chart> all_charts(const ReportInput& input);

}  // namespace sextant::analysis
