// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/report/chart.hpp"
#include "analysis/report/report.hpp"

namespace sextant::analysis {

// One sentence on the workload that most designs can hold: slowest and fastest design, each with its 90 % interval.
// Proposed silicon (T5, T6) is told as a range only (decode-model.md section 5). HTML; empty without projections.
std::string answer_sentence(const std::vector<Projection>& projections);

// Workloads down, designs across, tokens per second for one user. HTML; empty without projections.
std::string answer_table(const std::vector<Projection>& projections);

// How fast, and where the time goes: two charts.
std::vector<Chart> projected_charts(const std::vector<Projection>& projections, const std::string& workload);

// Each assumption once, with the designs that rest on it.
HtmlTable assumptions_of(const std::vector<Projection>& projections);

// What a transfer class means, in words.
std::string_view transfer_in_words(std::string_view transfer_class);

std::vector<std::string> workloads_of(const std::vector<Projection>& projections);  // in order of first appearance
std::vector<std::string> designs_of(const std::vector<Projection>& projections);

}  // namespace sextant::analysis
