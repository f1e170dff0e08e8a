// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "results/record/measurement.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {

// What of a measurement may be taken as independent. Usually its launches; the repetitions of an imported one that is
// of a single process, whose interval then leaves out what differs from launch to launch.
struct Independent {
  results::Units units;      // costs, in the order they were measured
  bool repetitions = false;  // each unit is a single repetition
  int samples = 0;
  std::string refused;  // not empty: why this measurement cannot be compared, to be read after the name of the side
};

Independent independent_units(const results::Measurement& measurement);

}  // namespace sextant::analysis
