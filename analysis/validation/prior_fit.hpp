// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/validation/outcome.hpp"

// Few rows, and something known before: parameters with normal priors, one deviation for each group of rows that is
// pulled towards zero, and intervals that are stretched to what leaving groups out shows.
namespace sextant::analysis {

struct Prior {
  std::string name;
  double mean = 0;  // of the parameter's logarithm
  double sd = 1;
};

struct FitRow {
  double measured = 1;  // any unit, above 0
  double sd = 0;        // of the logarithm: what is known to be uncertain about this row alone
  std::string group;    // rows that share a deviation: of one device, of one engine
};

// What the spreads are before a row is seen. `strength` is the number of rows that this is worth.
struct Spreads {
  double row = 0.15;
  double group = 0.2;
  double strength = 4;
};

struct Deviation {
  double mean = 0;  // log
  double variance = 0;
};

struct PriorFit {
  std::vector<double> at;                      // parameters, log
  std::vector<double> covariance;              // row by row
  std::map<std::string, Deviation> deviation;  // of groups seen
  double row_sd = 0, group_sd = 0;             // log
  double stretch = 1;                          // of intervals, for groups seen
  double stretch_unseen = 1;                   // and for others
  double freedom = 1, freedom_unseen = 1;      // degrees of freedom: rows, groups
  bool knows(const std::string& group) const { return deviation.contains(group); }
};

// log of the prediction of row i at parameters given as logarithms.
using LogPrediction = std::function<double(std::span<const double>, std::size_t)>;

// log measured = log predicted + deviation of the group + error. Gauss-Newton for the most probable parameters; the two
// spreads by expectation maximisation. Then each row, and each group with a fit of its own, is left out in turn and
// predicted: the stretches are how large these errors are beside what they should be, between 0.7 and 3. No rows: the
// priors.
PriorFit fit_with_priors(std::span<const Prior> priors, std::span<const FitRow> rows, const Spreads& before,
                         const LogPrediction& predict);

struct Interval {
  double value = 0, low = 0, high = 0;
};

// The 90 % interval, Student's, of one prediction: uncertain parameters, deviation, error, and what is uncertain about
// the row. `predict` takes parameters as logarithms and returns the logarithm.
Interval interval_of(const PriorFit& fit, const FitRow& row,
                     const std::function<double(std::span<const double>)>& predict);

// The same as a prediction of a case: T1 where rows of its group were fitted, else `unseen`; `others` are the groups beside
// its own.
Predicted learnt(const PriorFit& fit, const FitRow& row, results::TransferClass unseen,
                 const std::function<double(std::span<const double>)>& predict);

// Parameters, a deviation for each group, two spreads and the stretch.
std::size_t parameters(const PriorFit& fit);

// d log prediction / d log parameter.
std::vector<double> elasticities(std::span<const double> at,
                                 const std::function<double(std::span<const double>)>& predict);

}  // namespace sextant::analysis
