// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/statistics/order_statistics.hpp"

// What the order of the samples in time tells.
namespace sextant::results {

// The logarithm of each value less that of its unit's median, in time order, held within three robust standard
// deviations: a spike must not decide a correlation. Values above zero.
Units residuals(const Units& in_time_order);

// Lag-1 autocorrelation of residuals, pooled over units. NaN when no unit has three values or nothing varies.
double autocorrelation(const Units& residuals);

// Share of the variance of the units' medians that more samples within the units would not remove: 1 - expected
// variance of a median of independent samples with the spread seen inside the units / variance of the medians seen. 0
// when the units differ no more than that; NaN with fewer than three units or units of one value. Robust nested
// analysis of variance on logarithms (statistics.md section 2).
double unit_share(const Units& in_time_order);

// p values of three tests for drift; 1 where there is too little to test. A series without drift falls below 0.01 in
// one per cent of cases for each.
struct Drift {
  double within = 1;  // first against last third of the samples of each unit: Mann-Whitney, stratified by unit, its
                      // variance raised for the autocorrelation
  double trend = 1;   // medians of the units in time order: Mann-Kendall, by permutation; needs six units
  double change = 1;  // the same: largest cumulative sum of ranks, by permutation; sees one step at any place
  bool stationary() const { return within >= 0.01 && trend >= 0.01 && change >= 0.01; }
  double p() const;  // the smallest, times the number of tests, at most 1: stationary means at least 0.03
};
Drift drift(const Units& in_time_order);

}  // namespace sextant::results
