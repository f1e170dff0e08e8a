// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/record/run.hpp"

namespace sextant::analysis {

// Medians of the extra columns of each measurement over its measured samples: seconds of a phase, bytes moved. They are
// shares and counts that stand beside the quantity; what is drawn anew is the quantity.
class ExtraMedians {
 public:
  ExtraMedians() = default;
  explicit ExtraMedians(const std::vector<results::Run>& runs);

  // NaN where the probe has no such column, or nothing in it.
  double of(const results::Measurement* measurement, const std::string& column) const;

 private:
  std::map<const results::Measurement*, std::map<std::string, double>> medians_;
};

}  // namespace sextant::analysis
