// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/extras.hpp"

#include <cmath>

#include "results/record/extra_columns.hpp"

namespace sextant::analysis {

ExtraMedians::ExtraMedians(const std::vector<results::Run>& runs) {
  for (const results::Run& run : runs) {
    for (const results::Measurement& measurement : run.measurements) {
      const results::Table* table = results::find_table(run, measurement.probe);
      if (!table) continue;
      for (std::size_t column = 0; column < table->extras.size(); ++column) {
        const double median = results::median_extra(measurement, column);
        if (!std::isnan(median)) medians_[&measurement][table->extras[column].name] = median;
      }
    }
  }
}

double ExtraMedians::of(const results::Measurement* measurement, const std::string& column) const {
  const auto point = medians_.find(measurement);
  if (point == medians_.end()) return results::not_available;
  const auto median = point->second.find(column);
  return median == point->second.end() ? results::not_available : median->second;
}

}  // namespace sextant::analysis
