// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/model/projection.hpp"

namespace sextant::analysis {

// Two machines under the same draws of what they share (decode-model.md section 6): what is common to both cancels.
struct Paired {
  Quantiles ratio;    // time of a / time of b; NaN where one of them has no time
  double faster = 0;  // share of the draws in which a takes less time, equal times counted half; NaN as above
};

// Times of a and b, draw by draw. Quantiles are those of the log of the ratio.
Paired paired(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace sextant::analysis
