// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/report/chart.hpp"
#include "analysis/report/report.hpp"

namespace sextant::analysis {

// What a run measured, one chart per probe (several where a probe has too many series for one), in the order in which
// the design papers tell the story; what has no ordered axis becomes a table alone. `prefix` makes the ids unique.
std::vector<Chart> measured_charts(const results::Run& run, const ReportInput& input, const std::string& prefix);

// What was asked for and not measured, with its sentence; equal sentences of one probe share a row.
HtmlTable not_measured(const results::Run& run);

// Cache sizes as the topology of the run states them, one per level.
std::vector<ClaimedCache> claimed_caches(const results::Run& run);

}  // namespace sextant::analysis
