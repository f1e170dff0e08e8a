// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/discrepancy.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/uncertainty/distribution.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::CsvTable;

double number(const CsvTable& csv, std::size_t row, std::string_view column, bool allowed(double), const char* fix) {
  const double value = csv.number(row, column);
  if (!allowed(value)) csv.fail(row, column, fix);  // an empty cell too: NaN is never allowed
  return value;
}

DiscrepancyRow row_of(const CsvTable& csv, std::size_t row) {
  DiscrepancyRow found;
  found.transfer = csv.converted(row, "transfer_class", results::transfer_from_name);
  found.discrepancy.spread = number(
      csv, row, "spread[1]", [](double v) { return v >= 0; }, "a spread of a logarithm, 0 or more: 0.1");
  found.discrepancy.freedom = number(
      csv, row, "freedom[1]", [](double v) { return v > 0; }, "degrees of freedom, more than 0: 4");
  found.cases = number(
      csv, row, "cases[1]", [](double v) { return v >= 1 && v == std::floor(v); }, "a whole number of cases from 1 on");
  found.left_out = csv.cell(row, "left_out");
  if (found.left_out.empty()) csv.fail(row, "left_out", "say what the predictions were not fitted on: device");
  return found;
}

}  // namespace

Discrepancies read_discrepancies(const std::filesystem::path& file) {
  const CsvTable csv = results::read_csv(file);
  for (const char* column : {"transfer_class", "spread[1]", "freedom[1]", "cases[1]", "left_out"}) csv.column(column);
  Discrepancies table;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const DiscrepancyRow found = row_of(csv, row);
    for (std::size_t other = 0; other < row; ++other) {
      if (table.rows[other].transfer == found.transfer)
        csv.fail(row, "transfer_class",
                 "one row for a class, and line " + std::to_string(csv.lines[other]) + " has it: remove one");
    }
    table.rows.push_back(found);
  }
  if (table.rows.empty())
    throw results::InvalidInput(csv.file + ":2: column 'transfer_class': no row: give at least one class, such as T1");
  return table;
}

const DiscrepancyRow* row_for(const Discrepancies& table, results::TransferClass transfer) {
  const DiscrepancyRow *next = nullptr, *widest = nullptr;
  const auto width = [](const DiscrepancyRow& row) { return discrepancy_factor(row.discrepancy, 0.95); };
  for (const DiscrepancyRow& row : table.rows) {
    if (row.transfer >= transfer && (!next || row.transfer < next->transfer)) next = &row;
    if (!widest || width(row) > width(*widest)) widest = &row;
  }
  return next ? next : widest;
}

double discrepancy_factor(const Discrepancy& discrepancy, double share) {
  return std::exp(discrepancy.spread * boost::math::quantile(boost::math::students_t(discrepancy.freedom), share));
}

std::vector<double> discrepancy_factors(const Discrepancy& discrepancy, std::size_t n, std::uint64_t seed,
                                        std::string_view identity) {
  std::vector<double> factors(n, 1.0);
  if (discrepancy.spread <= 0) return factors;
  const std::vector<double> shares = stratified(seed, identity, n);
  std::transform(shares.begin(), shares.end(), factors.begin(),
                 [&](double share) { return discrepancy_factor(discrepancy, share); });
  return factors;
}

}  // namespace sextant::analysis
