// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/validation/score.hpp"
#include "analysis/validation/simple_models.hpp"

// A validation for people and for programs.
namespace sextant::analysis {

// One refit without a device, a family, ...
struct Fold {
  std::string left_out;  // "device h100-sxm"
  std::size_t cases = 0;
  std::size_t parameters = 0;
};

struct Validation {
  std::vector<Outcome> outcomes;
  std::vector<GroupScore> scores;
  std::vector<Verdict> verdicts;
  std::size_t parameters = 0;       // of engines and devices, fitted on their decode runs
  std::size_t parameter_bound = 0;  // devices and three times the families of engines that were fitted
  struct {
    std::size_t components = 0, energy = 0, flash = 0;
  } other_parameters;    // of curves of kernels and collectives, of power, of offload: with a deviation of each group
  std::string left_out;  // "device", ...; empty: nothing
  std::vector<Fold> folds;
  std::vector<Beside> beside;
};

// Scores and verdicts of these outcomes, whose cases must outlive the result.
Validation judged(std::vector<Outcome> outcomes, const Catalogue& catalogue, std::size_t parameters);

// The table of groups in per cent, what each was asked and whether it was reached, the simple models beside it.
std::string validation_text(const Validation& validation);

// The document of `sextant validate --cases --json`. Numbers of a group are of the rows with trust A and B; those with C
// stand in its `trust_c`; values of cases are in the unit of their table. `parameters` counts the fitted ones.
std::string validation_json(const Validation& validation);

// RFC 4180, SI units, one row for each case; empty cells where nothing was predicted.
std::string cases_csv(const std::vector<Outcome>& outcomes);

}  // namespace sextant::analysis
