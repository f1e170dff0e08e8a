// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/parameter_records.hpp"

#include <algorithm>

#include "results/record/summary.hpp"

namespace sextant::analysis {

using results::TransferClass;

const char* validity(const Figure& figure) {
  if (figure.source == results::Source::assumed || figure.transfer == TransferClass::T6) return "assumed";
  if (figure.transfer == TransferClass::T5) return "claimed";
  if (figure.transfer == TransferClass::T4) return "analogue";
  if (figure.profile.empty()) return "stated";
  return figure.transfer <= TransferClass::T1 ? "interpolated" : "extrapolated";
}

std::vector<ParameterRecord> parameter_records(const BoundDesign& bound, const DrawShares& shares, std::size_t draws) {
  std::vector<std::vector<double>> values(bound.figures.size());
  for (std::size_t i = 0; i < draws; ++i) {
    const Values drawn = values_in_draw(bound, shares, i);
    for (std::size_t f = 0; f < bound.figures.size(); ++f) values[f].push_back(drawn[bound.figures[f].figure.slot]);
  }
  std::vector<ParameterRecord> records;
  for (std::size_t f = 0; f < bound.figures.size(); ++f) {
    const Figure& figure = bound.figures[f].figure;
    std::sort(values[f].begin(), values[f].end());
    const auto at = [&](double share) { return results::quantile(values[f], share); };
    records.push_back({.path = figure.path,
                       .value = {at(0.05), at(0.50), at(0.95)},
                       .unit = std::string(results::code(design_key(figure.slot).unit)),
                       .source = std::string(results::name(figure.source)),
                       .citation = figure.citation,
                       .parameter = bound.figures[f].parameter,
                       .transfer = std::string(results::name(figure.transfer)),
                       .assumption = figure.assumption,
                       .validity = validity(figure)});
  }
  return records;
}

}  // namespace sextant::analysis
