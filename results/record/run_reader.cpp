// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <tuple>

#include "results/record/request_rows.hpp"
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

// Into the samples that are there. A request whose sample a kill has left out is left out, too, where `partial`.
void read_requests(const std::filesystem::path& file, bool partial, const Table& table, const PointIndex& index,
                   Run& run) {
  RequestRows rows(file, table, index, partial);
  std::map<std::tuple<std::size_t, int, int>, Sample*> samples;
  for (std::size_t position = 0; position < run.measurements.size(); ++position) {
    if (run.measurements[position].probe != table.probe) continue;
    for (Sample& sample : run.measurements[position].samples) {
      if (sample.stage == Stage::measure) samples[{position, sample.launch, sample.repetition}] = &sample;
    }
  }
  while (rows.next()) {
    const std::size_t position = rows.position();
    const RequestRows::Row row = rows.row(position);
    const auto sample = samples.find({position, row.launch, row.repetition});
    if (sample != samples.end()) {
      sample->second->requests.push_back(row.value);
    } else if (!partial) {
      rows.fail_unknown_sample();
    }
  }
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
  for (const Table& table : run.tables) {
    read_samples(folder / raw_file(table), partial, table, index, run);
    if (table.request) read_requests(folder / request_file(table), partial, table, index, run);
  }
  if (has_launches(run.provenance.schema)) read_launches(folder / launches_file, partial, run);
  return run;
}

bool is_run_folder(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_regular_file(folder / package_file, error) &&
         is_run_package(read_text(folder / package_file));
}

}  // namespace sextant::results
