// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "analysis/report/chart.hpp"
#include "results/record/unit.hpp"

// Predicted against measured, for the page: plain values, filled by whoever validated.
namespace sextant::analysis {

// One published measurement. SI units.
struct ValidatedCase {
  std::string id, group, device;
  std::string family;  // engine or library
  std::string memory;  // "HBM3"; empty where nobody knows
  std::string trust;   // A, B or C
  results::Unit unit = results::Unit::per_second;
  double measured = 0;
  double predicted = std::numeric_limits<double>::quiet_NaN();  // NaN: refused, or fitted on
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  std::string transfer_class;
  std::string reason;  // what the prediction was learnt from and what bounds it, or why there is none
};

// Of the rows with trust A and B, or of those with C. Shares, not per cent.
struct ValidatedGroup {
  std::string name, trust;
  std::size_t n = 0, refused = 0, impossible = 0;
  double median_ape = 0, p90_ape = 0, bias = 0, coverage90 = 0, median_width = 0;
  std::string verdict;  // "reached", "missed: ..."; empty where nothing is asked
  std::string cause;    // of a miss
  bool reached = false;
};

// What a simpler model scores on the same rows.
struct ValidatedBeside {
  std::string model, group;
  std::size_t n = 0;
  double median_ape = 0, p90_ape = 0;
};

struct ValidationView {
  std::vector<ValidatedGroup> groups;  // empty: nothing was validated, and the page does not mention it
  std::vector<ValidatedCase> cases;
  std::vector<ValidatedBeside> beside;
  std::size_t parameters = 0;                          // fitted
  std::string left_out;                                // "device": what was left out in turn; empty: nothing
  double least_coverage = 0.80, most_coverage = 0.97;  // that a nominal 90 % may have
};

// Predicted against measured of each group and unit, residuals by engine family and memory, coverage by group.
std::vector<Chart> validated_charts(const ValidationView& view);

HtmlTable validated_groups(const ValidationView& view);  // with verdicts
HtmlTable validated_beside(const ValidationView& view);
HtmlTable worst_cases(const ValidationView& view);  // the ten rows with trust A or B whose ratio is furthest from 1

// The whole section of the page; empty where nothing was validated.
std::string validation_section(const ValidationView& view);

}  // namespace sextant::analysis
