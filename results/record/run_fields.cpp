// SPDX-License-Identifier: Apache-2.0
#include "results/record/run_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "results/record/summary.hpp"

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

const std::vector<Field>& summary_fields() {
  constexpr Role role = Role::summary;
  static const std::vector<Field> fields{
      {"probe", Type::string, Unit::text, role, "name of the probe, and of its table of raw samples"},
      {"point", Type::string, Unit::text, role, "value on every axis: axis=value, apart by spaces"},
      {"quantity", Type::string, Unit::text, role, "what the figures are"},
      {"unit", Type::string, Unit::text, role, "UCUM code of the unit of median, low, high, p5, p95 and uncontended"},
      {"status", Type::string, Unit::text, role, "failed, skipped, nonstationary, not_converged or converged"},
      {"flags", Type::string, Unit::text, role, "any of bimodal contended imported interrupted quick virtualised"},
      {"reason", Type::string, Unit::text, role, "one sentence for every status but converged"},
      {"n", Type::integer, Unit::one, role, "samples, warm-up apart"},
      {"launches", Type::integer, Unit::one, role, "worker processes the samples come from"},
      {"median", Type::number, Unit::one, role, "of the samples' costs (time per unit of work), converted once"},
      {"low", Type::number, Unit::one, role,
       "lower end of the 95 % interval of the median by order statistics; empty for n <= 5"},
      {"high", Type::number, Unit::one, role, "upper end of that interval"},
      {"p5", Type::number, Unit::one, role, "5th percentile of the quantity; empty for n < 59"},
      {"p95", Type::number, Unit::one, role, "95th percentile of the quantity; empty for n < 59"},
      {"uncontended", Type::number, Unit::one, role,
       "the quantity at the 5th percentile of time: what the hardware can do"},
      {"contention", Type::number, Unit::one, role, "median time over 5th percentile of time, less one"},
      {"measured_seconds", Type::number, Unit::second, role, "duration of all samples, warm-up apart"},
      {"outliers", Type::integer, Unit::one, role,
       "samples with a modified z-score above 3.5: counted, never dropped"}};
  return fields;
}

std::vector<std::string> names(const std::vector<Field>& fields) {
  std::vector<std::string> list;
  list.reserve(fields.size());
  for (const Field& field : fields) list.push_back(field.name);
  return list;
}

std::string raw_file(const Table& table) { return table.probe + ".csv"; }

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

std::vector<std::pair<std::string, double>> statistics(const Measurement& measurement) {
  const Summary summary = summarise(measurement);
  return {{"n", summary.n},
          {"launches", summary.launches},
          {"median", summary.median},
          {"low", summary.low},
          {"high", summary.high},
          {"p5", summary.p5},
          {"p95", summary.p95},
          {"uncontended", summary.uncontended},
          {"contention", summary.contention},
          {"measured_seconds", summary.measured_seconds},
          {"outliers", summary.outliers}};
}

std::string summary_line(const Measurement& measurement) {
  std::vector<std::string> cells{measurement.probe,
                                 to_text(measurement.point),
                                 measurement.quantity.name,
                                 std::string(code(measurement.quantity.unit)),
                                 std::string(name(measurement.status)),
                                 to_text(measurement.flags),
                                 measurement.reason};
  for (const auto& [column, value] : statistics(measurement)) cells.push_back(number_text(value));
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

Measurement measurement_of(const CsvTable& summary, std::size_t row) {
  Measurement measurement;
  measurement.probe = summary.cell(row, "probe");
  measurement.point = summary.converted(row, "point", [](const std::string& text) { return point_from_text(text); });
  measurement.quantity.name = summary.cell(row, "quantity");
  measurement.quantity.unit =
      summary.converted(row, "unit", [](const std::string& text) { return unit_from_code(text); });
  measurement.status = summary.converted(row, "status", [](const std::string& text) { return status_from_name(text); });
  measurement.flags = summary.converted(row, "flags", [](const std::string& text) { return flags_from_text(text); });
  measurement.reason = summary.cell(row, "reason");
  return measurement;
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
