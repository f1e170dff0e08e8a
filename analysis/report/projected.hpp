// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/report/chart.hpp"
#include "analysis/report/report.hpp"

namespace sextant::analysis {

// How fast, and where the time goes: two charts.
std::vector<Chart> projected_charts(const std::vector<Projection>& projections, const std::string& workload);

// Each assumption once, with the designs that rest on it.
HtmlTable assumptions_of(const std::vector<Projection>& projections);

// What a transfer class means, in words.
std::string_view transfer_in_words(std::string_view transfer_class);

// The title of the design; its name where it has none or shares it with another.
std::string label_of(const Projection& p, const std::vector<Projection>& all);

bool has_rate(const Projection& p);
std::string count_text(double value);          // "1290"
std::string range_text(const Quantiles& q);    // "240 to 375"
std::string fit_text(const Projection& p);     // "yes", "no, 60.0 GB short", "no", "refused"
std::string why_no_rate(const Projection& p);  // "does not fit: 60.0 GB short", "refused"
std::vector<const Projection*> of_workload(const std::vector<Projection>& projections, std::string_view workload);

// Every figure of these projections, which are of one workload. No median where only a range may be quoted.
HtmlTable rate_table(const std::vector<const Projection*>& list, const std::vector<Projection>& all,
                     const std::string& workload);

std::vector<std::string> workloads_of(const std::vector<Projection>& projections);  // in order of first appearance
std::vector<std::string> designs_of(const std::vector<Projection>& projections);

}  // namespace sextant::analysis
