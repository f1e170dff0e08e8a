// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "results/record/run_fields.hpp"

namespace sextant::results {
namespace {

using Type = Field::Type;

Field column_field(std::string name, const Column& column, Role role) {
  const Type type = column.unit == Unit::text ? Type::string : Type::number;
  return {std::move(name), type, column.unit, role, column.description};
}

enum class Allowed { anything, not_negative, positive };

// A column that every raw table has, the member it holds, and what may stand there. Only a condition may be empty.
struct SampleColumn {
  Field field;
  std::variant<int Sample::*, double Sample::*, Stage Sample::*, double Conditions::*> member;
  Allowed allowed = Allowed::anything;
};

const std::vector<SampleColumn>& sample_columns() {
  constexpr Role sample = Role::sample, condition = Role::condition;
  static const std::vector<SampleColumn> columns{
      {{"launch", Type::integer, Unit::one, sample, "which worker process took the sample"}, &Sample::launch},
      {{"repetition", Type::integer, Unit::one, sample, "number of the sample within its launch, point and stage"},
       &Sample::repetition},
      {{"stage", Type::string, Unit::text, sample, "warmup or measure; only measure enters the summary"},
       &Sample::stage},
      {{"seconds", Type::number, Unit::second, sample, "duration of the sample"}, &Sample::seconds, Allowed::positive},
      {{"operations", Type::number, Unit::one, sample,
        "what the probe counts as one: a load, a call, a request, a flop"},
       &Sample::operations,
       Allowed::not_negative},
      {{"bytes", Type::number, Unit::byte, sample, "bytes the probe counts"}, &Sample::bytes, Allowed::not_negative},
      {{"start", Type::number, Unit::second, sample, "seconds since the run began"},
       &Sample::start,
       Allowed::not_negative},
      {{"cpu", Type::integer, Unit::one, sample, "processor of the timing thread, -1 where unknown"}, &Sample::cpu},
      {{"involuntary_switches", Type::number, Unit::one, condition, "times the process was taken off its processors"},
       &Conditions::involuntary_switches},
      {{"major_faults", Type::number, Unit::one, condition, "page faults that needed a device"},
       &Conditions::major_faults},
      {{"run_delay", Type::number, Unit::second, condition, "time runnable but not running"}, &Conditions::run_delay},
      {{"cpu_seconds", Type::number, Unit::second, condition, "processor time of the process, all threads", 2},
       &Conditions::cpu_seconds},
      {{"canary_compute", Type::number, Unit::second, condition,
        "duration of a fixed chain of additions at the last canaries before the sample", 2},
       &Conditions::canary_compute},
      {{"canary_cache", Type::number, Unit::second, condition,
        "duration of a fixed pointer chase in the second-level cache, likewise", 2},
       &Conditions::canary_cache},
      {{"canary_memory", Type::number, Unit::second, condition, "duration of a stream over 4 MiB, likewise", 2},
       &Conditions::canary_memory},
      {{"canary_device", Type::number, Unit::second, condition,
        "duration of a fixed request to the probe's device, likewise", 2},
       &Conditions::canary_device},
      {{"canary_message", Type::number, Unit::second, condition,
        "a round trip of a line between two processors, median of 16 batches, likewise", 3},
       &Conditions::canary_message},
      {{"canary_together", Type::number, Unit::second, condition,
        "duration of two processors writing and reading 4 MiB each at once, likewise", 3},
       &Conditions::canary_together},
      {{"canary_change", Type::number, Unit::one, condition,
        "largest factor between the canaries before and after the sample, of compute, message and together", 3},
       &Conditions::canary_change}};
  return columns;
}

std::string text_of(const Sample& sample, int Sample::*member) { return fmt::format("{}", sample.*member); }
std::string text_of(const Sample& sample, double Sample::*member) { return number_text(sample.*member); }
std::string text_of(const Sample& sample, Stage Sample::*member) { return std::string(name(sample.*member)); }
std::string text_of(const Sample& sample, double Conditions::*member) { return number_text(sample.conditions.*member); }

// Called for cells that were read as numbers.
void require(Allowed allowed, const CsvReader& row, std::size_t column) {
  if (allowed == Allowed::anything) return;
  const double value = row.number(column);
  if (value < 0) row.fail(column, "cannot be negative: remove the row and its point's figures, or measure again");
  // A sample of no time has no cost: the clock that took it was too coarse, or the row is made up.
  if (allowed == Allowed::positive && value == 0)
    row.fail(column, "every sample takes time: remove the row and its point's figures, or measure again");
}

void read_into(Sample& sample, int Sample::*member, const CsvReader& row, std::size_t column) {
  sample.*member = row.whole_number(column);
}
void read_into(Sample& sample, double Sample::*member, const CsvReader& row, std::size_t column) {
  sample.*member = row.required_number(column);
}
void read_into(Sample& sample, Stage Sample::*member, const CsvReader& row, std::size_t column) {
  try {
    sample.*member = stage_from_name(row.cell(column));
  } catch (const std::invalid_argument& error) {
    row.fail(column, error.what());
  }
}
void read_into(Sample& sample, double Conditions::*member, const CsvReader& row, std::size_t column) {
  sample.conditions.*member = row.number(column);
}

}  // namespace

std::string axis_column(const Column& axis) {
  const auto& columns = sample_columns();
  const bool taken =
      std::any_of(columns.begin(), columns.end(), [&](const auto& column) { return column.field.name == axis.name; });
  return taken ? "axis_" + axis.name : axis.name;
}

std::vector<Field> raw_fields(const Table& table, int version) {
  std::vector<Field> fields;
  for (const Column& axis : table.axes) fields.push_back(column_field(axis_column(axis), axis, Role::axis));
  for (const SampleColumn& column : sample_columns()) {
    if (column.field.since <= version) fields.push_back(column.field);
  }
  for (const Column& extra : table.extras) fields.push_back(column_field(extra.name, extra, Role::extra));
  return fields;
}

std::string raw_file(const Table& table) { return table.probe + ".csv"; }

std::string raw_line(const Table& table, const Point& point, const Sample& sample) {
  check_coordinates(table, point);
  if (sample.extras.size() != table.extras.size()) {
    throw std::invalid_argument(fmt::format("{}: a sample has {} extra values and the table {} extra columns",
                                            table.probe, sample.extras.size(), table.extras.size()));
  }
  std::vector<std::string> cells;
  for (const auto& [axis, value] : point.coordinates()) {
    const auto* word = std::get_if<std::string>(&value);
    cells.push_back(word ? *word : number_text(std::get<double>(value)));
  }
  for (const SampleColumn& column : sample_columns())
    cells.push_back(std::visit([&](auto member) { return text_of(sample, member); }, column.member));
  for (const double extra : sample.extras) cells.push_back(number_text(extra));
  return csv_line(cells);
}

Point point_of(const Table& table, const CsvReader& row) {
  Point point;
  std::size_t column = 0;
  for (const Column& axis : table.axes) {
    if (axis.unit == Unit::text) {
      point.set(axis.name, std::string(row.cell(column)));
    } else {
      point.set(axis.name, row.required_number(column));
    }
    ++column;
  }
  return point;
}

Sample sample_of(const Table& table, int version, const CsvReader& row) {
  Sample sample;
  std::size_t at = table.axes.size();
  for (const SampleColumn& column : sample_columns()) {
    if (column.field.since > version) continue;
    std::visit([&](auto member) { read_into(sample, member, row, at); }, column.member);
    require(column.allowed, row, at++);
  }
  for (const Column& extra : table.extras) {
    static_cast<void>(extra);
    sample.extras.push_back(row.number(at++));
  }
  return sample;
}

}  // namespace sextant::results
