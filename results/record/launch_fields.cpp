// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <variant>

#include "results/record/run_fields.hpp"

namespace sextant::results {
namespace {

using Type = Field::Type;

struct LaunchColumn {
  Field field;
  std::variant<std::string Launch::*, int Launch::*, double Launch::*> member;
  bool required = false;
};

const std::vector<LaunchColumn>& launch_columns() {
  constexpr Role role = Role::launch;
  static const std::vector<LaunchColumn> columns{
      {{"probe", Type::string, Unit::text, role, "name of the probe that the process measured", 2},
       &Launch::probe,
       true},
      {{"launch", Type::integer, Unit::one, role, "number of the process, as in the probe's table", 2},
       &Launch::launch,
       true},
      {{"start", Type::number, Unit::second, role, "when it was started, seconds since the run began", 2},
       &Launch::start,
       true},
      {{"seconds", Type::number, Unit::second, role, "from its start to its end", 2}, &Launch::seconds, true},
      {{"canary_seconds", Type::number, Unit::second, role, "of these, spent in canaries", 2}, &Launch::canary_seconds},
      {{"bookkeeping_seconds", Type::number, Unit::second, role,
        "of these, spent in counters, rows and the order of the samples", 2},
       &Launch::bookkeeping_seconds},
      {{"steal", Type::number, Unit::second, role,
        "time the hypervisor gave to others meanwhile, all processors together", 2},
       &Launch::steal},
      {{"pressure_cpu", Type::number, Unit::second, role, "time in which some task waited for a processor", 2},
       &Launch::pressure_cpu},
      {{"pressure_io", Type::number, Unit::second, role, "time in which some task waited for a device", 2},
       &Launch::pressure_io},
      {{"pressure_memory", Type::number, Unit::second, role, "time in which some task waited for memory", 2},
       &Launch::pressure_memory},
      {{"throttled", Type::number, Unit::one, role,
        "periods in which the quota of the control group stopped the process", 2},
       &Launch::throttled}};
  return columns;
}

std::string text_of(const std::string& word) { return word; }
std::string text_of(int number) { return fmt::format("{}", number); }
std::string text_of(double number) { return number_text(number); }

void read_into(std::string& word, const CsvReader& row, std::size_t column, bool) { word = row.cell(column); }

void read_into(int& number, const CsvReader& row, std::size_t column, bool) {
  number = row.whole_number(column);
  if (number < 0) row.fail(column, "cannot be negative: remove the row");
}

void read_into(double& number, const CsvReader& row, std::size_t column, bool required) {
  number = required ? row.required_number(column) : row.number(column);
  if (number < 0) {
    const bool whole = row.header()[column] == "seconds";
    row.fail(column,
             whole ? "a process cannot end before it starts: remove the row" : "cannot be negative: remove the row");
  }
}

}  // namespace

std::vector<Field> launch_fields() {
  std::vector<Field> fields;
  for (const LaunchColumn& column : launch_columns()) fields.push_back(column.field);
  return fields;
}

std::string launch_line(const Launch& launch) {
  std::vector<std::string> cells;
  for (const LaunchColumn& column : launch_columns())
    cells.push_back(std::visit([&](auto member) { return text_of(launch.*member); }, column.member));
  return csv_line(cells);
}

Launch launch_of(const CsvReader& row) {
  Launch launch;
  std::size_t at = 0;
  for (const LaunchColumn& column : launch_columns()) {
    std::visit([&](auto member) { read_into(launch.*member, row, at, column.required); }, column.member);
    ++at;
  }
  return launch;
}

}  // namespace sextant::results
