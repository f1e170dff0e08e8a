// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/record/estimate.hpp"
#include "results/record/run.hpp"
#include "results/statistics/order_statistics.hpp"
#include "results/statistics/series.hpp"

// Distribution-free summaries of measurements: no normality, nothing dropped. The arithmetic is in results/statistics.
namespace sextant::results {

// What the canaries usually took in the measured samples of a run, and its states.
CanaryMedians canary_medians(const Run& run);

// The same for samples that come one by one, in any order.
class CanaryValues {
 public:
  void add(const Sample& sample);
  CanaryMedians medians() &&;

 private:
  std::vector<double> compute_, memory_;
  std::vector<CanarySet> sets_;
};

// Undisturbed, by a rule fixed beforehand (statistics.md section 3): both canaries within 5 % of the run's medians, no
// involuntary switch, no major fault, less than 0.5 % of its time spent waiting for a processor. What is not known does
// not count against a sample.
bool clean(const Sample& sample, const CanaryMedians& medians);

// Everything summary.csv says about a point. Computed from costs (seconds per unit of work) and converted once, so
// rates are never averaged. A sample without work or time makes the figures not available. Time order is that of
// `start`; the order of the rows does not matter, to the last bit.
//
// `low` and `high` bound the median with 95 % confidence, by what differs between launches (statistics/interval.hpp).
// With one launch: by order statistics when its samples are independent, else by its ten tenths in place of launches.
// NaN where there is too little. In a nonstationary measurement they hold the medians of its three thirds, too.
struct Summary {
  int n = 0;  // measured samples, warm-up excluded
  int launches = 0;
  double median = not_available;
  double low = not_available;
  double high = not_available;
  double p5 = not_available;  // of the quantity; both need n >= 59: below that a tail is not resolved
  double p95 = not_available;
  double p99 = not_available;          // of the quantity's worse side: needs n >= 299
  double uncontended = not_available;  // the quantity at the 5th percentile of time: what the hardware can do
  double contention = not_available;   // median time / 5th percentile of time - 1
  double measured_seconds = 0;
  int outliers = 0;  // 0.6745 |x - median| / MAD > 3.5: counted, never dropped

  double clean = not_available;  // number of undisturbed samples; NaN when the run has no canaries
  double clean_median = not_available;
  double clean_low = not_available;
  double clean_high = not_available;

  double launch_share = not_available;  // share of the spread of launch medians that is not the samples' (unit_share)
  double autocorrelation = not_available;  // lag 1, within launches
  double drift_p = not_available;          // smallest p value of the tests for drift, times their number
  double mode_fast = not_available;        // of the quantity, where the samples have two modes
  double mode_slow = not_available;
  double slow_share = not_available;  // of the samples

  // Of the run's states (statistics/states.hpp); NaN where it has none. Samples that are unsettled lie in none.
  double states = not_available;       // how many of them hold a tenth of the samples or more
  double main_share = not_available;   // share of the samples in the run's main state
  double state_ratio = not_available;  // median time in the other state with most samples over that in the main one;
                                       // needs six samples in each
  double unsettled = not_available;    // samples whose canaries before and after differ by more than state_factor
  bool states_differ = false;  // the intervals of these medians are apart, and the ratio is beyond 5 % either way
};

Summary summarise(const Measurement& measurement, const CanaryMedians& medians = {});

// The measured samples by the time of their start.
std::vector<const Sample*> in_time_order(const Measurement& measurement);

// Costs of the measured samples in time order, one list a launch; launches in the order of their first sample.
Units launches_of(const Measurement& measurement);

// Whether the samples show no drift: none of the three tests falls below 1 %. True where there is too little to test.
bool stationary(const Summary& summary);

// Sets the flags `contended` (fewer than half of the samples clean) and `bimodal` (two modes, or two states that differ)
// of every measurement.
void flag_noise(Run& run);

}  // namespace sextant::results
