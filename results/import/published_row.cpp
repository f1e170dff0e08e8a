// SPDX-License-Identifier: Apache-2.0
#include "results/import/published_row.hpp"

#include <fmt/format.h>

#include <cmath>

#include "results/record/nearest.hpp"

namespace sextant::results {

const std::string& PublishedRow::word(std::string_view column) const {
  const std::string& cell = text(column);
  if (cell.empty()) fail(column, "must not be empty");
  return cell;
}

double PublishedRow::positive(std::string_view column) const {
  const double value = csv_.number(row_, column);
  if (!(value > 0)) fail(column, "write a number above zero");
  return value;
}

double PublishedRow::whole(std::string_view column) const {
  const double value = positive(column);
  if (value != std::floor(value)) fail(column, "write a whole number");
  return value;
}

double PublishedRow::positive_or_none(std::string_view column) const {
  return text(column).empty() ? not_available : positive(column);
}

Table component_table(std::string probe, std::string summary, Quantity quantity, std::vector<Column> axes) {
  Table table;
  table.probe = std::move(probe);
  table.summary = std::move(summary);
  table.quantity = std::move(quantity);
  table.axes = std::move(axes);
  return table;
}

std::string library_word(const std::string& library, const std::string& mode) {
  const std::string name = folded(library.substr(0, library.find(' ')));
  const std::string how = folded(mode);
  if (how.empty() || how == name) return name;
  return how.rfind(name, 0) == 0 ? how : name + "-" + how;
}

std::string type_word(const std::string& dtype) { return dtype == "bfloat16" ? "bf16" : dtype; }

Sample one_call(double microseconds, double bytes) {
  Sample sample;
  sample.seconds = microseconds * 1e-6;
  sample.operations = 1;
  sample.bytes = bytes;
  return sample;
}

void check_rate(const PublishedRow& row, std::string_view column, const Sample& sample) {
  const double printed = row.positive(column), computed = sample.bytes / sample.seconds * 1e-9;
  if (std::abs(printed - computed) > std::max(0.02 * computed, 0.051)) {
    row.fail(column,
             fmt::format("bytes over latency_us are {:.1f} GB/s: bring bytes, time and rate into agreement", computed));
  }
}

}  // namespace sextant::results
