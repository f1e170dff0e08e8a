// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/sweep/break_even.hpp"
#include "analysis/sweep/evaluate.hpp"
#include "analysis/sweep/space.hpp"

// A sweep for people and for programs: rows in SI units, sentences with units.
namespace sextant::analysis {

// RFC 4180. One row a point: axes (columns named as in the sweep, words or SI), the projection, and for each baseline
// the quantiles of time / its time and the share of draws that are faster. Empty cells where something does not fit.
std::string point_header(const Space& space);
std::string point_row(const Space& space, const Answer& answer);

// One row a crossing, or one row for a line without any. The cell of the varied axis is empty, and so is a quantile
// that lies beyond the end of the range.
std::string break_even_header(const Space& space);
std::string break_even_rows(const Space& space, const BreakEven& answer);

// "hbf on llama-3.1-405b-fp8-b1 is faster than b200x8 while flash.latency is below 4.10 us (3.00 us to 6.20 us in 90 %
// of draws)."
std::string sentence(const Space& space, const BreakEven& answer);

struct SweepFiles {
  std::string points, break_even;  // break_even is empty when there is no baseline
};
// The document of `sextant sweep --json`.
std::string sweep_json(const Space& space, const std::vector<Answer>& answers, const std::vector<BreakEven>& breaks,
                       const SweepFiles& files);

}  // namespace sextant::analysis
