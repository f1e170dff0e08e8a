// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/model/projection.hpp"

namespace sextant::analysis {

// One sentence on the workload that most designs can hold: fastest and slowest design, each with its 90 % interval,
// class and whether it is only proposed. HTML; empty without projections.
std::string answer_sentence(const std::vector<Projection>& projections);

// Workloads down, designs across, tokens per second for one user; below it, folded, every figure. HTML; empty without
// projections.
std::string answer_table(const std::vector<Projection>& projections);

}  // namespace sextant::analysis
