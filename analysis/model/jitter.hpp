// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

// Stragglers: a collective ends with its last rank, so it waits for the maximum of p delays, and p makes it grow
// (decode-model.md section 4.8). Delays of ranks are taken as independent and of one distribution.
namespace sextant::analysis {

// E[max of p] of delays drawn from measured ones, sorted: sum_i x_(i) ((i/m)^p - ((i-1)/m)^p). Exact for the samples as
// they are; no delay beyond the largest of them is foreseen, so m should be well above p.
double expected_maximum(std::span<const double> sorted, double ranks);

// E[q-th smallest of p], likewise: who goes on after q of p ranks waits so long.
double expected_order_statistic(std::span<const double> sorted, double ranks, double q);

// A distribution as a profile keeps it: values at rising probabilities, straight between. The first probability is 0
// and the last 1, or the tail beyond is taken to stay at the last value.
struct Quantile {
  double probability = 0;
  double value = 0;  // s
};
double expected_maximum(std::span<const Quantile> quantiles, double ranks);

// What may be done against stragglers.
struct Tolerance {
  double skipped = 0;  // ranks whose contribution is left out when they are late
  double spares = 0;   // ranks that repeat work nearby, so that any p of p + spares suffice
};
double expected_wait(std::span<const double> sorted, double ranks, const Tolerance& tolerance);

// Closed forms. Exponential delays of one mean: mean (H_p - H_(p-q)), Renyi (1953). Normal: Blom (1958), mean + sd
// Phi^-1((q - 3/8)/(p + 1/4)), to 1 % of sd from p = 2 to 1000 for the largest.
double exponential_order_statistic(double mean, double ranks, double q);
double normal_order_statistic(double mean, double deviation, double ranks, double q);

}  // namespace sextant::analysis
