// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/model_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace sextant::analysis {
namespace {

using results::TransferClass;

const char* const name = "model form";

// The row that holds for a projection; nullptr where none does.
const DiscrepancyRow* row_of(const Projection& projection, const Discrepancies& table) {
  return projection.fits ? row_for(table, results::transfer_from_name(projection.transfer_class)) : nullptr;
}

// "942 predictions of published runs with their memory class left out"
std::string evidence(const DiscrepancyRow& row) {
  std::string left_out = row.left_out;
  std::replace(left_out.begin(), left_out.end(), '_', ' ');
  return fmt::format("{:.0f} predictions of published runs with their {} left out", row.cases, left_out);
}

std::string sentence(const Projection& projection, const DiscrepancyRow& row) {
  const auto transfer = results::transfer_from_name(projection.transfer_class);
  std::string why = projection.transfer_class;
  if (row.transfer > transfer)
    why += fmt::format(", which has no row of its own: that of {}", results::name(row.transfer));
  if (row.transfer < transfer)
    why += fmt::format(", of which no run was published: the widest row, {}", results::name(row.transfer));
  return fmt::format(
      "the intervals of times and rates hold an error of the model's form, a factor of {:.2f} either way in nine of "
      "ten "
      "cases ({}: what {} missed); those of phases, energy and lifetime hold the spread of the parameters alone",
      discrepancy_factor(row.discrepancy, 0.95), why, evidence(row));
}

// As parameter_records.hpp has it of figures.
const char* validity(TransferClass transfer) {
  if (transfer >= TransferClass::T5) return "assumed";
  if (transfer == TransferClass::T4) return "analogue";
  return transfer <= TransferClass::T1 ? "interpolated" : "extrapolated";
}

}  // namespace

std::vector<double> form_factors(const Projection& projection, const Discrepancies& table, std::size_t draws,
                                 std::uint64_t seed) {
  const DiscrepancyRow* row = row_of(projection, table);
  return row ? discrepancy_factors(row->discrepancy, draws, seed, "discrepancy " + projection.transfer_class)
             : std::vector<double>(draws, 1.0);
}

std::optional<Influence> form_influence(const Projection& projection, const Discrepancies& table, double seconds) {
  const DiscrepancyRow* row = row_of(projection, table);
  if (!row) return std::nullopt;
  const double low = discrepancy_factor(row->discrepancy, 0.05), high = discrepancy_factor(row->discrepancy, 0.95);
  return Influence{.parameter = name,
                   .share = std::pow(std::log(high / low), 2),
                   .time_low = seconds * low,
                   .time_high = seconds * high,
                   .transfer = projection.transfer_class};
}

void describe_form(Projection& projection, const Discrepancies& table) {
  if (!projection.fits) return;
  const DiscrepancyRow* row = row_of(projection, table);
  if (!row) {
    projection.assumptions.push_back(
        "intervals hold the spread of the parameters alone: no table says what the model's form misses");
    return;
  }
  const auto at = [&](double share) { return discrepancy_factor(row->discrepancy, share); };
  projection.assumptions.push_back(sentence(projection, *row));
  projection.parameters.push_back({.path = name,
                                   .value = {at(0.05), at(0.50), at(0.95)},
                                   .unit = "1",
                                   .source = "fitted",
                                   .citation = evidence(*row),
                                   .parameter = {},
                                   .transfer = projection.transfer_class,
                                   .assumption = "the model errs on this design as it did on published runs",
                                   .validity = validity(results::transfer_from_name(projection.transfer_class))});
}

}  // namespace sextant::analysis
