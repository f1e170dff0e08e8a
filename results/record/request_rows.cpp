// SPDX-License-Identifier: Apache-2.0
#include "results/record/request_rows.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sextant::results {

std::vector<Field> request_fields(const Table& table) {
  std::vector<Field> fields = raw_fields(table);
  fields.resize(table.axes.size());
  const Column& value = table.request.value();
  fields.push_back({"launch", Field::Type::integer, Unit::one, Role::sample, "of the sample, as in the probe's table"});
  fields.push_back(
      {"repetition", Field::Type::integer, Unit::one, Role::sample, "of the sample, likewise; of stage measure"});
  fields.push_back({"request", Field::Type::integer, Unit::one, Role::sample, "number of the request in its sample"});
  fields.push_back({value.name, Field::Type::number, value.unit, Role::extra, value.description});
  return fields;
}

std::string request_file(const Table& table) { return table.probe + ".requests.csv"; }

std::string request_lines(const Table& table, const Point& point, const Sample& sample) {
  check_coordinates(table, point);
  std::vector<std::string> cells;
  for (const auto& [axis, value] : point.coordinates()) {
    const auto* word = std::get_if<std::string>(&value);
    cells.push_back(word ? *word : number_text(std::get<double>(value)));
  }
  cells.push_back(fmt::format("{}", sample.launch));
  cells.push_back(fmt::format("{}", sample.repetition));
  const std::size_t at = cells.size();
  cells.resize(at + 2);
  std::string lines;
  for (std::size_t request = 0; request < sample.requests.size(); ++request) {
    cells[at] = fmt::format("{}", request);
    cells[at + 1] = number_text(sample.requests[request]);
    lines += csv_line(cells);
  }
  return lines;
}

RequestRows::RequestRows(const std::filesystem::path& file, const Table& table, const PointIndex& index, bool partial)
    : csv_(file, partial), first_(table.axes.size()), positions_(table, index) {
  require_header(csv_.header(), csv_.file(), request_fields(table));
}

RequestRows::Row RequestRows::row(std::size_t position) {
  const Row row{csv_.whole_number(first_), csv_.whole_number(first_ + 1), csv_.required_number(first_ + 3)};
  const int request = csv_.whole_number(first_ + 2);
  if (row.value < 0) csv_.fail(first_ + 3, "cannot be negative: remove the requests of this sample");
  auto& [repetition, before] = last_.try_emplace({position, row.launch}, row.repetition, -1).first->second;
  if (request != (repetition == row.repetition ? before + 1 : 0)) {
    csv_.fail(first_ + 2, "does not follow from the row before it: restore the rows of this sample, in their order");
  }
  repetition = row.repetition;
  before = request;
  return row;
}

void RequestRows::fail_unknown_sample() const {
  csv_.fail(first_ + 1, "the probe's table has no such sample: remove the row, or restore the sample there");
}

}  // namespace sextant::results
