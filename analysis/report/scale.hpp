// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/record/unit.hpp"

// Where the ticks of an axis stand and what they say. Chosen here rather than by the chart library, whose default
// labels a byte axis with "4.096k".
namespace sextant::analysis {

// Powers of two that cover [low, high], thinned evenly to at most `most`. Both ends positive.
std::vector<double> ticks_log2(double low, double high, int most);

// 1, 2, 5 times powers of ten inside [low, high]; only the decades (or every second one ...) when that would be more
// than `most`.
std::vector<double> ticks_log10(double low, double high, int most);

// Multiples of 1, 2 or 5 times a power of ten from 0 up to the first one at or above `high`.
std::vector<double> ticks_linear(double high, int most);

// results::format with the micro sign that people write: "12.5 µs".
std::string number_for_people(double value, results::Unit unit);

// The same without zeros that say nothing on an axis: "10 GB/s", not "10.0 GB/s".
std::string tick_text(double value, results::Unit unit);

// "10.9 to 11.6 GB/s", the unit once where both ends share it; "no interval" when an end is NaN.
std::string interval_text(double low, double high, results::Unit unit);

// A contention index: median time over the 5th percentile, less one. "+3.1 %"; "not known" for a NaN.
std::string contention_text(double index);

}  // namespace sextant::analysis
