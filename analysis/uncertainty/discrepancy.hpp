// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/record/profile.hpp"

// What predictions of published runs missed after their parameters' own spread: the error of the model's form
// (decode-model.md section 6.5).
namespace sextant::analysis {

// A Student distribution of log(predicted/measured).
struct Discrepancy {
  double spread = 0;   // of the logarithm
  double freedom = 4;  // degrees
};

// What was found for predictions that were carried as far as a transfer class says.
struct DiscrepancyRow {
  results::TransferClass transfer = results::TransferClass::T0;
  Discrepancy discrepancy;
  double cases = 0;      // predictions that it was found on
  std::string left_out;  // what they were not fitted on: "memory_class"
};

// One row for each class that published runs reach. Empty: no discrepancy is known, and none is added.
struct Discrepancies {
  std::vector<DiscrepancyRow> rows;
};

// Columns transfer_class, spread[1], freedom[1], cases[1], left_out. Throws results::InvalidInput.
Discrepancies read_discrepancies(const std::filesystem::path& file);

// The row of a class; without one that of the next class further away (T1 for the device itself), and beyond the last
// the widest (proposed silicon, which no run was published of). nullptr where the table is empty.
const DiscrepancyRow* row_for(const Discrepancies& table, results::TransferClass transfer);

// The factor below which a share of the distribution lies, 0 < share < 1.
double discrepancy_factor(const Discrepancy& discrepancy, double share);

// n factors on a time, one from each of n equal strata, in an order that the seed and the identity decide. All 1 where
// spread is 0.
std::vector<double> discrepancy_factors(const Discrepancy& discrepancy, std::size_t n, std::uint64_t seed,
                                        std::string_view identity = "discrepancy");

}  // namespace sextant::analysis
