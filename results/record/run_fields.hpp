// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/record/csv_reader.hpp"
#include "results/record/run.hpp"
#include "results/record/summary.hpp"

// The columns of a run folder's tables, and how a row becomes a value and back. Inside results/record only.
namespace sextant::results {

enum class Role { axis, sample, condition, extra, launch, summary };
std::string_view name(Role role);

struct Field {
  std::string name;  // of the column in the file
  enum class Type { number, integer, string } type = Type::number;
  Unit unit = Unit::one;
  Role role = Role::sample;
  std::string description;
  int since = 1;  // schema version that brought the column; older files do not have it
};

// The column that holds an axis: its name, or "axis_bytes" where an axis is called like a column of every sample.
std::string axis_column(const Column& axis);

// Columns of <probe>.csv as a schema version has them: axes, launch ... canary_device, extras.
std::vector<Field> raw_fields(const Table& table, int version = schema_version);
// Columns of launches.csv, which came with version 2.
std::vector<Field> launch_fields();
constexpr bool has_launches(int version) { return version >= 2; }
// Columns of summary.csv as a schema version has them.
std::vector<Field> summary_fields(int version = schema_version);

std::vector<std::string> names(const std::vector<Field>& fields);

std::string raw_file(const Table& table);  // "memory.read.csv"

// Throws std::invalid_argument when the run cannot be stored: a probe without a table or with two, a column name that
// is taken, a point whose axes are not those of the table, the same point twice, the wrong number of extras.
void check_storable(const Run& run);

// Throws std::invalid_argument unless the point has the axes of the table, in order.
void check_coordinates(const Table& table, const Point& point);

// One line of <probe>.csv, newline included. Throws std::invalid_argument as check_storable does.
std::string raw_line(const Table& table, const Point& point, const Sample& sample);
// One line of launches.csv.
std::string launch_line(const Launch& launch);
// One line of summary.csv; the statistics are computed from the samples.
std::string summary_line(const Measurement& measurement, const CanaryMedians& medians);

// The statistics of a row of summary.csv by column name: what a check rebuilds and compares. NaN is an empty cell. Those
// whose definition changed after `version` are left out.
std::vector<std::pair<std::string, double>> statistics(const Measurement& measurement, const CanaryMedians& medians,
                                                       int version = schema_version);

// Read back from a row under the right header; each throws InvalidInput that names line, column, value and fix. What a
// version has no column for is not available.
Point point_of(const Table& table, const CsvReader& row);
Sample sample_of(const Table& table, int version, const CsvReader& row);
Launch launch_of(const CsvReader& row);
Measurement measurement_of(const CsvTable& summary, std::size_t row);  // without samples

// Throws InvalidInput unless the header of `file` is the one of `fields`, in order.
void require_header(const std::vector<std::string>& header, const std::string& file, const std::vector<Field>& fields);

// Finds a measurement by probe and point.
class PointIndex {
 public:
  // Returns false when that point is there already.
  bool add(const std::string& probe, const Point& point, std::size_t position);
  // Position given to add; npos when there is none.
  std::size_t find(const std::string& probe, const Point& point) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> positions_;
};

}  // namespace sextant::results
