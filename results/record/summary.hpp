// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "results/record/estimate.hpp"
#include "results/record/measurement.hpp"

// Distribution-free summaries: sorted samples, order statistics, no normality, nothing dropped.
namespace sextant::results {

// Linear interpolation between order statistics at (n-1)q (the common "type 7"). `sorted` ascending, not empty.
double quantile(std::span<const double> sorted, double q);
double median(std::span<const double> sorted);

// One-based ranks (l, u) of the 95 % interval of a quantile by order statistics (statistics.md section 5), from the
// exact binomial distribution of the number of samples below the quantile: at most 2.5 % lies outside on either side.
// The normal approximation printed beside the table there, floor(nq - z sqrt(nq(1-q))), gives (0, 7) for n = 6 and (1,
// 10) for n = 10 where the exact ranks are (1, 6) and (2, 9). Empty when the sample is too small (n <= 5 for the
// median).
struct Ranks {
  int low, high;
  friend bool operator==(const Ranks&, const Ranks&) = default;
};
std::optional<Ranks> interval_ranks(int n, double q);

// Everything summary.csv says about a point. Computed from costs (seconds per unit of work) and converted once, so
// rates are never averaged. `low` and `high` bound the median; NaN (not available) where n is too small. A sample
// without work or time makes the figures not available. The order of the samples does not matter, to the last bit.
struct Summary {
  int n = 0;  // measured samples, warm-up excluded
  int launches = 0;
  double median = not_available;
  double low = not_available;
  double high = not_available;
  double p5 = not_available;  // of the quantity; both need n >= 59: below that a tail is not resolved
  double p95 = not_available;
  double uncontended = not_available;  // the quantity at the 5th percentile of time: what the hardware can do
  double contention = not_available;   // median time / 5th percentile of time - 1
  double measured_seconds = 0;
  int outliers = 0;  // 0.6745 |x - median| / MAD > 3.5: counted, never dropped
};

Summary summarise(const Measurement& measurement);

}  // namespace sextant::results
