// SPDX-License-Identifier: Apache-2.0
#include "results/record/run_folder.hpp"
#include "results/record/run_package.hpp"
#include "results/record/run_rows.hpp"

namespace sextant::results {
namespace {

PointIndex read_summary(const std::filesystem::path& file, bool partial, Run& run) {
  const CsvTable csv = read_csv(file, partial);
  require_header(csv.header, csv.file, summary_fields(run.provenance.schema));
  PointIndex index;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    Measurement measurement = measurement_of(csv, row);
    if (!index.add(measurement.probe, measurement.point, row))
      csv.fail(row, "point", "stands twice: remove one of the rows");
    run.measurements.push_back(std::move(measurement));
  }
  return index;
}

void read_samples(const std::filesystem::path& file, bool partial, const Table& table, const PointIndex& index,
                  Run& run) {
  std::map<std::size_t, SampleBlocks> samples;
  RawRows rows(file, table, run.provenance.schema, index, partial);
  while (rows.next()) {
    const std::size_t position = rows.position();
    if (position == PointIndex::npos) rows.fail_unknown_point();
    samples[position].add(rows.sample(position));
  }
  for (auto& [position, blocks] : samples) run.measurements[position].samples = blocks.take();
}

void read_launches(const std::filesystem::path& file, bool partial, Run& run) {
  LaunchRows rows(file, run, partial);
  while (rows.next()) run.launches.push_back(rows.launch());
}

}  // namespace

Run read_run(const std::filesystem::path& folder, bool partial) {
  Run run;
  const auto package = folder / package_file;
  read_package(read_text(package), package.string(), run);
  const auto environment = folder / environment_file;
  read_environment(read_text(environment), environment.string(), run.provenance);
  if (std::filesystem::exists(folder / topology_file)) run.topology_xml = read_text(folder / topology_file);
  const PointIndex index = read_summary(folder / summary_file, partial, run);
  for (const Table& table : run.tables) read_samples(folder / raw_file(table), partial, table, index, run);
  if (has_launches(run.provenance.schema)) read_launches(folder / launches_file, partial, run);
  return run;
}

bool is_run_folder(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_regular_file(folder / package_file, error) &&
         is_run_package(read_text(folder / package_file));
}

}  // namespace sextant::results
