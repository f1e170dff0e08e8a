// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "results/statistics/order_statistics.hpp"

// How far the median may be from what another set of launches would give.
namespace sextant::results {

// Standard error of the logarithm of the pooled median: `resamples` times as many whole units are drawn with
// replacement as there are, with a fixed seed, and the median is taken anew. Units stay whole: drawing samples within
// them too would count the noise of the samples twice (Davison and Hinkley, Bootstrap Methods, 1997, section 3.8), and
// whatever links the samples of a launch, drift or autocorrelation, stays in. Multiplied by sqrt(k/(k-1)), because
// resampling k units shows only (k-1)/k of their variance. At least two units, all values above zero.
double log_standard_error(const Pool& pool, int resamples = 2000);

// The factor f such that [median/f, median*f] is the 95 % interval: exp of Student's quantile for units-1 degrees of
// freedom times the standard error. The percentiles of the bootstrap itself cover 73 % with 3 launches and 83 % with 5;
// this covers 92 to 98 % (acceptance_test.cpp). Student's quantile is taken to three decimals, as the tables print it,
// and the factor to a millionth: so that another program, or another mathematical library, gets the same bits.
double interval_factor(double log_standard_error, double degrees_of_freedom);

// Splits a time series into `count` consecutive stretches of equal length (the first ones a sample longer where it does
// not divide): the units of a measurement that has one launch and samples that are not independent.
Units stretches(std::span<const double> series, int count);

}  // namespace sextant::results
