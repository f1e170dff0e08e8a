// SPDX-License-Identifier: Apache-2.0
#include "results/record/run_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace sextant::results {
namespace {

void check_table(const Table& table) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (table.probe.empty() || table.probe.front() == '.' ||
      table.probe.find_first_not_of(allowed) != std::string::npos || table.probe == "summary") {
    throw std::invalid_argument(
        fmt::format("probe name '{}' cannot name a file of its own: use letters, digits, . _ -", table.probe));
  }
  std::set<std::string> seen;
  for (const Field& field : raw_fields(table)) {
    if (field.name.empty() || !seen.insert(field.name).second) {
      throw std::invalid_argument(
          fmt::format("{}: column name '{}' is taken: rename the axis or extra column", table.probe, field.name));
    }
  }
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::axis:
      return "axis";
    case Role::sample:
      return "sample";
    case Role::condition:
      return "condition";
    case Role::extra:
      return "extra";
    case Role::summary:
      return "summary";
  }
  throw std::logic_error("a role without a name");
}

std::vector<std::string> names(const std::vector<Field>& fields) {
  std::vector<std::string> list;
  list.reserve(fields.size());
  for (const Field& field : fields) list.push_back(field.name);
  return list;
}

void check_coordinates(const Table& table, const Point& point) {
  const auto& coordinates = point.coordinates();
  bool fits = coordinates.size() == table.axes.size();
  for (std::size_t i = 0; fits && i < coordinates.size(); ++i) {
    const bool word = std::holds_alternative<std::string>(coordinates[i].second);
    fits = coordinates[i].first == table.axes[i].name && word == (table.axes[i].unit == Unit::text);
  }
  if (!fits) {
    throw std::invalid_argument(
        fmt::format("{}: point '{}' does not have the axes of its table, in order", table.probe, to_text(point)));
  }
}

void check_storable(const Run& run) {
  std::set<std::string> probes;
  for (const Table& table : run.tables) {
    check_table(table);
    if (!probes.insert(table.probe).second) throw std::invalid_argument("two tables for the probe " + table.probe);
  }
  PointIndex index;
  for (const Measurement& measurement : run.measurements) {
    const Table* table = find_table(run, measurement.probe);
    if (!table) throw std::invalid_argument("no table for the probe " + measurement.probe);
    check_coordinates(*table, measurement.point);
    if (!index.add(measurement.probe, measurement.point, 0)) {
      throw std::invalid_argument(fmt::format("{}: point '{}' stands twice", table->probe, to_text(measurement.point)));
    }
  }
}

void require_header(const CsvTable& csv, const std::vector<Field>& fields) {
  const auto wanted = names(fields);
  if (csv.header == wanted) return;
  for (std::size_t i = 0; i < std::max(wanted.size(), csv.header.size()); ++i) {
    const std::string found = i < csv.header.size() ? csv.header[i] : "";
    const std::string expected = i < wanted.size() ? wanted[i] : "";
    if (found == expected) continue;
    throw InvalidInput(
        fmt::format("{}:1: column {}: value '{}': the schema in datapackage.json {}", csv.file, i + 1, found,
                    expected.empty() ? "has no such column: remove it" : "wants '" + expected + "' here"));
  }
}

bool PointIndex::add(const std::string& probe, const Point& point, std::size_t position) {
  return positions_.emplace(std::pair(probe, to_text(point)), position).second;
}

std::size_t PointIndex::find(const std::string& probe, const Point& point) const {
  const auto found = positions_.find({probe, to_text(point)});
  return found == positions_.end() ? npos : found->second;
}

}  // namespace sextant::results
