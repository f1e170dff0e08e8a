// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "results/record/measurement.hpp"

namespace sextant::results {

// The median of an extra column over the measured samples of a point, by its place among the columns its table declares;
// NaN where it is empty.
double median_extra(const Measurement& measurement, std::size_t column);

}  // namespace sextant::results
