// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "results/record/privacy.hpp"
#include "results/record/request_rows.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/run_package.hpp"
#include "results/record/run_rows.hpp"

namespace sextant::results {
namespace {

// The complaints about one file: the first twenty, then a count.
class Complaints {
 public:
  explicit Complaints(std::vector<std::string>& all) : all_(all) {}
  ~Complaints() {
    if (count_ > shown) all_.push_back(fmt::format("{}: and {} more complaints", file_, count_ - shown));
  }
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;

  void add(const std::string& file, std::string text) {
    file_ = file;
    if (++count_ <= shown) all_.push_back(std::move(text));
  }
  // Runs `step` and turns a refusal of it into a complaint; false when it was refused.
  template <class Step>
  bool tried(const std::string& file, Step step) {
    try {
      step();
      return true;
    } catch (const InvalidInput& error) {
      add(file, error.what());
      return false;
    }
  }

 private:
  static constexpr int shown = 20;
  std::vector<std::string>& all_;
  std::string file_;
  int count_ = 0;
};

void check_private_cell(const CsvTable& csv, std::size_t row, const std::string& column) {
  if (const auto piece = private_piece(csv.cell(row, column))) {
    csv.fail(row, column, fmt::format("'{}' gives away the machine or its user: take it out", *piece));
  }
}

void check_private_lines(const std::string& text, const std::string& file, bool paths, Complaints& complaints) {
  std::string_view rest = text;
  for (int line = 1; !rest.empty(); ++line) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto piece = paths ? private_piece(rest.substr(0, end)) : hardware_address(rest.substr(0, end));
    if (piece) {
      complaints.add(
          file, fmt::format("{}:{}: value '{}': gives away the machine or its user: take it out", file, line, *piece));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void check_text_file(const std::filesystem::path& file, bool paths, std::vector<std::string>& all) {
  Complaints complaints(all);
  complaints.tried(file.string(), [&] { check_private_lines(read_text(file), file.string(), paths, complaints); });
}

using Samples = std::map<std::size_t, SampleBlocks>;                // by position of the measurement
using SampleNumbers = std::set<std::tuple<std::size_t, int, int>>;  // position, launch and repetition, of stage measure

// `all_points` says that every point of the summary is in the index; otherwise rows without one have been explained.
// Words on the axes give nothing away where those in the summary do not.
Samples check_raw(const std::filesystem::path& file, const Table& table, int version, const PointIndex& index,
                  bool all_points, SampleNumbers& taken, std::vector<std::string>& all) {
  Complaints complaints(all);
  const std::string named = file.string();
  Samples samples;
  complaints.tried(named, [&] {
    RawRows rows(file, table, version, index);
    while (rows.next()) {
      complaints.tried(named, [&] {
        const std::size_t position = rows.position();
        if (position == PointIndex::npos && all_points) rows.fail_unknown_point();
        Sample sample = rows.sample(position);
        if (table.request && sample.stage == Stage::measure) taken.emplace(position, sample.launch, sample.repetition);
        sample.extras = {};  // no statistic needs them, and ten million small vectors are much
        if (position != PointIndex::npos) samples[position].add(std::move(sample));
      });
    }
  });
  return samples;
}

void check_requests(const std::filesystem::path& file, const Table& table, const PointIndex& index,
                    const SampleNumbers& taken, std::vector<std::string>& all) {
  Complaints complaints(all);
  const std::string named = file.string();
  complaints.tried(named, [&] {
    RequestRows rows(file, table, index);
    while (rows.next()) {
      complaints.tried(named, [&] {
        const std::size_t position = rows.position();
        const RequestRows::Row row = rows.row(position);
        if (taken.count({position, row.launch, row.repetition}) == 0) rows.fail_unknown_sample();
      });
    }
  });
}

void check_launches(const std::filesystem::path& file, const Run& run, std::vector<std::string>& all) {
  Complaints complaints(all);
  const std::string named = file.string();
  complaints.tried(named, [&] {
    LaunchRows rows(file, run);
    while (rows.next()) complaints.tried(named, [&] { rows.launch(); });
  });
}

void check_summary_row(const CsvTable& csv, std::size_t row, const Measurement& measurement, const Run& run) {
  for (const char* column : {"probe", "point", "quantity", "reason"}) check_private_cell(csv, row, column);
  const Table* table = find_table(run, measurement.probe);
  if (!table) csv.fail(row, "probe", "has no table in datapackage.json: restore it, or remove the row");
  const auto& coordinates = measurement.point.coordinates();
  const bool same_axes =
      std::equal(coordinates.begin(), coordinates.end(), table->axes.begin(), table->axes.end(),
                 [](const auto& coordinate, const Column& axis) {
                   return coordinate.first == axis.name &&
                          std::holds_alternative<std::string>(coordinate.second) == (axis.unit == Unit::text);
                 });
  if (!same_axes) csv.fail(row, "point", "does not have the axes of its table, in order: restore it");
  if (measurement.quantity != table->quantity)
    csv.fail(row, "quantity", "differs from that in datapackage.json: restore it");
  const bool absent = measurement.status == Status::skipped || measurement.status == Status::failed;
  if (absent && measurement.reason.empty())
    csv.fail(row, "reason", "write the sentence that says why the point is " + std::string(name(measurement.status)));
}

// The summary's rows as measurements, by row; a row that cannot be read is left without a probe.
bool check_summary(const std::filesystem::path& file, CsvTable& csv, PointIndex& index, Run& run,
                   std::vector<std::string>& all) {
  Complaints complaints(all);
  const std::string named = file.string();
  return complaints.tried(named, [&] {
    csv = read_csv(file);
    require_header(csv.header, csv.file, summary_fields(run.provenance.schema));
    run.measurements.resize(csv.rows.size());
    for (std::size_t row = 0; row < csv.rows.size(); ++row) {
      complaints.tried(named, [&] {
        Measurement measurement = measurement_of(csv, row);
        if (!index.add(measurement.probe, measurement.point, row))
          csv.fail(row, "point", "stands twice: remove one of the rows");
        run.measurements[row] = measurement;
        check_summary_row(csv, row, measurement, run);
      });
    }
  });
}

bool same_bits(double stored, double wanted) {
  return std::isnan(stored) ? std::isnan(wanted)
                            : std::bit_cast<std::uint64_t>(stored) == std::bit_cast<std::uint64_t>(wanted);
}

void check_canary(const char* name, double stored, double rebuilt, const std::filesystem::path& file,
                  std::vector<std::string>& all) {
  if (same_bits(stored, rebuilt)) return;
  all.push_back(fmt::format("{}: canaries.{}: value '{}': the raw rows give '{}': restore the file that was changed",
                            file.string(), name, number_text(stored), number_text(rebuilt)));
}

// Compares a row of the summary with what its samples give.
void check_statistics(const CsvTable& csv, std::size_t row, const Measurement& measurement, const Run& run,
                      Complaints& complaints) {
  for (const auto& [column, rebuilt] : statistics(measurement, run.canaries, run.provenance.schema)) {
    const auto& wanted = rebuilt;  // g++ 12 does not let a lambda capture the binding
    const auto& name = column;
    complaints.tried(csv.file, [&] {
      const double stored = csv.number(row, name);
      if (!same_bits(stored, wanted))
        csv.fail(row, name,
                 fmt::format("the raw rows give '{}': restore the file that was changed", number_text(wanted)));
    });
  }
}

// Checks the tables of the probes one after the other, and the figures of `summary` that come from each.
void check_tables(const std::filesystem::path& folder, const CsvTable& summary, const PointIndex& index,
                  bool all_points, bool compare, Run& run, std::vector<std::string>& all) {
  std::vector<std::string> differences;  // listed after the damage in the tables
  CanaryValues canaries;                 // sixteen bytes a sample
  const std::size_t undamaged = all.size();
  {
    Complaints complaints(differences);
    for (const Table& table : run.tables) {
      const std::size_t before = all.size();
      const int version = run.provenance.schema;
      SampleNumbers taken;
      Samples samples = check_raw(folder / raw_file(table), table, version, index, all_points, taken, all);
      if (table.request && all.size() == before) {
        check_requests(folder / request_file(table), table, index, taken, all);
      }
      // A row that could not be read makes every figure of its point differ: say the cause, not the consequences.
      if (!compare || all.size() != before) continue;
      for (std::size_t row = 0; row < run.measurements.size(); ++row) {
        Measurement& measurement = run.measurements[row];
        if (measurement.probe != table.probe) continue;
        measurement.samples = samples[row].take();
        check_statistics(summary, row, measurement, run, complaints);
        for (const Sample& sample : measurement.samples) canaries.add(sample);
        measurement.samples = {};
      }
    }
  }
  if (compare && all_points && all.size() == undamaged && has_launches(run.provenance.schema)) {
    const CanaryMedians rebuilt = std::move(canaries).medians();
    check_canary("compute", run.canaries.compute, rebuilt.compute, folder / package_file, differences);
    check_canary("memory", run.canaries.memory, rebuilt.memory, folder / package_file, differences);
    if (run.provenance.schema >= 3 && run.canaries.states != rebuilt.states) {
      differences.push_back(fmt::format("{}: states: the raw rows give others: restore the file that was changed",
                                        (folder / package_file).string()));
    }
  }
  all.insert(all.end(), differences.begin(), differences.end());
}

void check_package(const std::string& file, const Run& run, std::vector<std::string>& all) {
  Complaints complaints(all);
  const Provenance& p = run.provenance;
  if (p.state == State::running) {
    complaints.add(file,
                   fmt::format("{}: state: value 'running': the run was killed or is going on: finish it with sextant "
                               "run --resume",
                               file));
  }
  for (const auto& [key, value] :
       {std::pair("machine", p.machine), {"run_id", p.run_id}, {"started", p.started}, {"licence", p.licence}}) {
    if (value.empty()) complaints.add(file, fmt::format("{}: {}: value '': must not be empty: restore it", file, key));
  }
  if (p.mode != "quick" && p.mode != "standard" && p.mode != "publish") {
    complaints.add(file, fmt::format("{}: mode: value '{}': write quick, standard or publish", file, p.mode));
  }
}

}  // namespace

std::vector<std::string> check_run(const std::filesystem::path& folder) {
  std::vector<std::string> all;
  Run run;
  const auto package = folder / package_file;
  try {
    read_package(read_text(package), package.string(), run);
  } catch (const InvalidInput& error) {
    return {error.what()};
  }
  check_package(package.string(), run, all);
  {
    Complaints complaints(all);
    const auto file = folder / environment_file;
    complaints.tried(file.string(), [&] { read_environment(read_text(file), file.string(), run.provenance); });
  }
  check_text_file(package, false, all);
  check_text_file(folder / environment_file, true, all);
  if (std::filesystem::exists(folder / topology_file)) check_text_file(folder / topology_file, false, all);
  CsvTable summary;
  PointIndex index;
  const std::size_t before_summary = all.size();
  const bool readable = check_summary(folder / summary_file, summary, index, run, all);
  const bool all_points = all.size() == before_summary;
  const bool compare = readable && run.provenance.state != State::running;
  check_tables(folder, summary, index, all_points, compare, run, all);
  if (has_launches(run.provenance.schema)) check_launches(folder / launches_file, run, all);
  return all;
}

}  // namespace sextant::results
