// SPDX-License-Identifier: Apache-2.0
#include "results/record/extra_columns.hpp"

#include <cmath>
#include <vector>

#include "results/statistics/order_statistics.hpp"

namespace sextant::results {

double median_extra(const Measurement& measurement, std::size_t column) {
  std::vector<double> values;
  for (const Sample& sample : measurement.samples) {
    if (sample.stage == Stage::measure && column < sample.extras.size() && !std::isnan(sample.extras[column]))
      values.push_back(sample.extras[column]);
  }
  return values.empty() ? not_available : median_of(std::move(values));
}

}  // namespace sextant::results
