// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "analysis/calibration/observation.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {

// The points of one probe in one run: their launches are the same processes.
using Together = std::vector<const results::Measurement*>;

// Draws of the bootstrap by launches. The launches of a probe are drawn with replacement, the same ones for all its
// points, so that what a launch did to several points stays together in the draw; each point's median is taken anew.
// Few launches show too little of their spread: the logarithm of each redrawn median is stretched away from the point's
// own so that the middle 95 % of the draws are as wide as the interval of summary.csv (statistics/interval.hpp).
// A point of a single launch has its tenths drawn instead.
class Resampler {
 public:
  explicit Resampler(const std::vector<Together>& groups);

  Observations draw(std::mt19937_64& random) const;

 private:
  struct Series {
    const results::Measurement* measurement;
    results::Pool pool;         // of costs, by unit
    std::vector<int> launches;  // of each unit: position in the group's list; -1: drawn for itself
    double centre;              // median cost
    double stretch;
  };
  struct Group {
    std::uint32_t launches = 0;
    std::vector<Series> series;
  };

  static Series series_of(const results::Measurement& measurement, const std::vector<int>& launches);

  std::vector<Group> groups_;
};

}  // namespace sextant::analysis
