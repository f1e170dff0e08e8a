// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/comparison/margin.hpp"
#include "results/record/estimate.hpp"
#include "results/record/run.hpp"
#include "results/statistics/comparison.hpp"

// Two runs point by point: which is faster, and whether that can be told (statistics.md section 7).
namespace sextant::analysis {

// One side of a row. The estimate is of the point's own quantity, a rate or a time.
struct Side {
  results::Estimate median{results::not_available, results::not_available, results::not_available};
  int units = 0;    // what the interval counts: launches, or repetitions where all are of one process
  int samples = 0;  // measured samples
};

struct Row {
  std::string probe;
  results::Point point;
  results::Quantity quantity;
  Side a, b;
  std::vector<std::string> marks;  // "A not converged", "B contended"
  std::string refused;             // not empty: why this point cannot be compared; then nothing below is set
  // Of costs, B over A: 1.05 says that B takes 1.05 times the time of A, also where the quantity is a rate.
  results::Ratio ratio{};
  double superiority = 0.5;  // chance that a sample of B takes less time than one of A
  double adjusted_p = 1;     // after Holm, over all rows compared
  Margin margin;
  results::Verdict verdict = results::Verdict::inconclusive;
  int needed = 0;  // units a side that an inconclusive row would need
};

struct Comparison {
  std::vector<Row> rows;                          // points of both, in the order of A
  std::vector<std::string> only_in_a, only_in_b;  // "probe point"
  std::vector<std::string> notes;                 // what has to be known before the figures are believed
  int compared = 0;                               // rows with a verdict: what Holm corrects for
};

struct Named {
  std::string name;  // as the user gave it, for errors
  const results::Run& run;
};

struct ComparisonOptions {
  bool any_version = false;           // compare what different versions of Sextant measured
  std::optional<double> margin = {};  // in place of one that is found out
  std::vector<Named> same = {};       // runs known to be alike, to find the margin of each probe from
};

// A is the base, B is new. Throws InvalidInput with one sentence when the two cannot be compared at all.
Comparison compare(const Named& a, const Named& b, const ComparisonOptions& options);

// A FASTER or SLOWER stands only where p is at most 5 %.
results::Verdict confirmed(results::Verdict verdict, double p);

}  // namespace sextant::analysis
