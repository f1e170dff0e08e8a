// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/validation/cross_validation.hpp"

// What is kept of the validation on the rows that come with the program (results/reference): how wrong predictions are,
// whatever is left out, and the error of the model's form that projections of unbuilt machines add.
namespace sextant::analysis {

// Every question of LeaveOut but none, asked of `rows`, which are the fit too.
std::vector<Validation> all_validations(const std::vector<Case>& rows, const Catalogue& catalogue);

// left_out, group, trust, n, refused, impossible, median_ape, p90_ape, bias, coverage90, median_width; shares, three
// significant digits.
std::string score_table(const std::vector<Validation>& validations);

// The same of the simple models: left_out, model, group, n, median_ape, p90_ape, bias.
std::string beside_table(const std::vector<Validation>& validations);

// transfer_class, spread, freedom, cases, left_out: by how far figures were carried (T0 another size of
// what was measured, T1 another model, T2 another device,
// T3 another engine, T4 another class of memory), the scale of Student's distribution with four degrees between whose 5 %
// and 95 % lie nine in ten curated decode runs of a known batch. Never less than that of a nearer class.
std::string discrepancy_table(const std::vector<Validation>& validations);

}  // namespace sextant::analysis
