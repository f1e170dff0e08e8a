// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/outcome.hpp"

// How wrong the predictions of a group are, and whether that is what was asked for.
namespace sextant::analysis {

// Shares, not per cent; NaN where no case tells. Quantiles as in results/statistics/order_statistics.hpp.
struct ErrorFigures {
  std::size_t n = 0;           // cases that the errors are of: predicted and refused
  std::size_t refused = 0;     // of them; each counts as an error of 1 (100 %)
  std::size_t impossible = 0;  // refused because the measurement beats physics: left out of n
  std::size_t in_sample = 0;   // fitted on: left out of everything
  double median_ape = std::numeric_limits<double>::quiet_NaN();  // of |predicted / measured - 1|
  double p90_ape = std::numeric_limits<double>::quiet_NaN();
  double bias = std::numeric_limits<double>::quiet_NaN();          // exp(median of ln(predicted / measured)) - 1
  double coverage90 = std::numeric_limits<double>::quiet_NaN();    // of predicted cases, inside [low, high]
  double median_width = std::numeric_limits<double>::quiet_NaN();  // of predicted cases, high / low
};

// Rows that somebody stood up for, or a board that anybody writes to. They are never mixed.
inline constexpr const char* curated_trust = "A,B";
inline constexpr const char* uncurated_trust = "C";

struct GroupScore {
  Group group = Group::single;
  std::string trust;  // curated_trust or uncurated_trust
  ErrorFigures all;
  ErrorFigures
      judged;  // the same of what the bounds of the error are for (targets()); all where they are for everything
};

// |predicted / measured - 1|; 1 where nothing was predicted.
double relative_error(const Outcome& outcome);

ErrorFigures figures_of(const std::vector<const Outcome*>& outcomes);

// Groups in their order, those with cases only, curated rows first.
std::vector<GroupScore> scores_of(const std::vector<Outcome>& outcomes);

// What a group must reach. NaN: nothing is asked.
struct Target {
  Group group = Group::single;
  double median_ape = std::numeric_limits<double>::quiet_NaN();
  double p90_ape = std::numeric_limits<double>::quiet_NaN();
  double widest = std::numeric_limits<double>::quiet_NaN();  // median width
  const char* judged = "";                                   // which cases the errors are of, in words
};
inline constexpr double least_coverage = 0.80;  // of a nominal 90 %, in every group
inline constexpr double most_coverage = 0.97;
inline constexpr double most_refused = 0.05;     // of n, in every group
inline constexpr std::size_t enough_others = 3;  // devices of a class that a left-out one can borrow from
const std::vector<Target>& targets();            // one for each group
bool is_judged(const Outcome& outcome);          // whether the bounds of its group's errors are for it

struct Verdict {
  Group group = Group::single;
  bool reached = false;
  bool judged = true;  // false: no case that the bounds of the errors are for
  std::string text;    // "reached", "missed: median 11 % above 8 %; coverage 70 % below 80 %"
  std::string cause;   // of a miss: which class of rows holds most of it, in a sentence; empty when no class does
};

// Of curated rows, a group each. The likely cause is found by one rule for all groups: of the classes of rows by engine
// family, device, memory, model and bound, the one whose share of what is too much most exceeds its share of the rows.
std::vector<Verdict> verdicts_of(const std::vector<Outcome>& outcomes, const Catalogue& catalogue);

// What a row was measured with: the engine's family of a run, the library of a kernel, the name of a memory figure.
std::string family_of(const Case& measured);
// "NVIDIA consumer-gpu", "GDDR6X"; empty where the catalogue does not say.
std::string device_class_of(const Case& measured, const Catalogue& catalogue);
std::string memory_of(const Case& measured, const Catalogue& catalogue);

}  // namespace sextant::analysis
