// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "results/record/run_fields.hpp"

namespace sextant::results {
namespace {

using Type = Field::Type;

Field column_field(std::string name, const Column& column, Role role) {
  const Type type = column.unit == Unit::text ? Type::string : Type::number;
  return {std::move(name), type, column.unit, role, column.description};
}

const std::vector<Field>& sample_fields() {
  static const std::vector<Field> fields{
      {"launch", Type::integer, Unit::one, Role::sample, "which worker process took the sample"},
      {"repetition", Type::integer, Unit::one, Role::sample, "number of the sample within its launch, point and stage"},
      {"stage", Type::string, Unit::text, Role::sample, "warmup or measure; only measure enters the summary"},
      {"seconds", Type::number, Unit::second, Role::sample, "duration of the sample"},
      {"operations", Type::number, Unit::one, Role::sample,
       "what the probe counts as one: a load, a call, a request, a flop"},
      {"bytes", Type::number, Unit::byte, Role::sample, "bytes the probe counts"},
      {"start", Type::number, Unit::second, Role::sample, "seconds since the run began"},
      {"cpu", Type::integer, Unit::one, Role::sample, "processor of the timing thread, -1 where unknown"},
      {"involuntary_switches", Type::number, Unit::one, Role::condition,
       "times the process was taken off its processors"},
      {"major_faults", Type::number, Unit::one, Role::condition, "page faults that needed a device"},
      {"run_delay", Type::number, Unit::second, Role::condition, "time runnable but not running"},
      {"cpu_seconds", Type::number, Unit::second, Role::condition, "processor time of the process, all threads"},
      {"canary_compute", Type::number, Unit::second, Role::condition,
       "duration of a fixed chain of additions at the last canaries before the sample"},
      {"canary_cache", Type::number, Unit::second, Role::condition,
       "duration of a fixed pointer chase in the second-level cache, likewise"},
      {"canary_memory", Type::number, Unit::second, Role::condition, "duration of a stream over 4 MiB, likewise"},
      {"canary_device", Type::number, Unit::second, Role::condition,
       "duration of a fixed request to the probe's device, likewise"}};
  return fields;
}

int whole(const CsvTable& csv, std::size_t row, std::string_view column) {
  const double value = csv.number(row, column);
  if (!(std::abs(value) <= 2147483647.0) || value != std::floor(value)) csv.fail(row, column, "write a whole number");
  return static_cast<int>(value);
}

double required(const CsvTable& csv, std::size_t row, std::string_view column) {
  const double value = csv.number(row, column);
  if (std::isnan(value)) csv.fail(row, column, "write a number: this column is never empty");
  return value;
}

}  // namespace

std::string axis_column(const Column& axis) {
  const auto& fields = sample_fields();
  const bool taken =
      std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == axis.name; });
  return taken ? "axis_" + axis.name : axis.name;
}

std::vector<Field> raw_fields(const Table& table) {
  std::vector<Field> fields;
  for (const Column& axis : table.axes) fields.push_back(column_field(axis_column(axis), axis, Role::axis));
  fields.insert(fields.end(), sample_fields().begin(), sample_fields().end());
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
  const Conditions& conditions = sample.conditions;
  cells.insert(
      cells.end(),
      {fmt::format("{}", sample.launch), fmt::format("{}", sample.repetition), std::string(name(sample.stage)),
       number_text(sample.seconds), number_text(sample.operations), number_text(sample.bytes),
       number_text(sample.start), fmt::format("{}", sample.cpu), number_text(conditions.involuntary_switches),
       number_text(conditions.major_faults), number_text(conditions.run_delay), number_text(conditions.cpu_seconds),
       number_text(conditions.canary_compute), number_text(conditions.canary_cache),
       number_text(conditions.canary_memory), number_text(conditions.canary_device)});
  for (const double extra : sample.extras) cells.push_back(number_text(extra));
  return csv_line(cells);
}

Point point_of(const Table& table, const CsvTable& csv, std::size_t row) {
  Point point;
  for (const Column& axis : table.axes) {
    if (axis.unit == Unit::text) {
      point.set(axis.name, csv.cell(row, axis_column(axis)));
    } else {
      point.set(axis.name, required(csv, row, axis_column(axis)));
    }
  }
  return point;
}

Sample sample_of(const Table& table, const CsvTable& csv, std::size_t row) {
  Sample sample;
  sample.launch = whole(csv, row, "launch");
  sample.repetition = whole(csv, row, "repetition");
  sample.stage = csv.converted(row, "stage", [](const std::string& text) { return stage_from_name(text); });
  sample.seconds = required(csv, row, "seconds");
  sample.operations = required(csv, row, "operations");
  sample.bytes = required(csv, row, "bytes");
  sample.start = required(csv, row, "start");
  sample.cpu = whole(csv, row, "cpu");
  sample.conditions.involuntary_switches = csv.number(row, "involuntary_switches");
  sample.conditions.major_faults = csv.number(row, "major_faults");
  sample.conditions.run_delay = csv.number(row, "run_delay");
  sample.conditions.cpu_seconds = csv.number(row, "cpu_seconds");
  sample.conditions.canary_compute = csv.number(row, "canary_compute");
  sample.conditions.canary_cache = csv.number(row, "canary_cache");
  sample.conditions.canary_memory = csv.number(row, "canary_memory");
  sample.conditions.canary_device = csv.number(row, "canary_device");
  for (const Column& extra : table.extras) sample.extras.push_back(csv.number(row, extra.name));
  return sample;
}

}  // namespace sextant::results
