// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "results/record/request_rows.hpp"
#include "results/record/run_fields.hpp"
#include "results/record/run_folder.hpp"
#include "results/record/run_package.hpp"

namespace sextant::results {
namespace {

std::string summary_text(const Run& run, const CanaryMedians& medians) {
  std::string text = csv_line(names(summary_fields()));
  for (const Measurement& measurement : run.measurements) text += summary_line(measurement, medians);
  return text;
}

// What the folder says before anything is measured, and goes on saying if nothing more can be written.
Run planned(const Run& run) {
  Run plan = run;
  for (Measurement& measurement : plan.measurements) {
    measurement.samples.clear();
    if (measurement.status != Status::skipped && measurement.status != Status::failed)
      measurement.flags.interrupted = true;
  }
  return plan;
}

// The data package last: a folder that has one is complete as far as it goes.
void write_description(const std::filesystem::path& folder, const Run& run) {
  const CanaryMedians canaries = canary_medians(run);
  replace_file(folder / summary_file, summary_text(run, canaries));
  replace_file(folder / environment_file, environment_text(run.provenance));
  if (!run.topology_xml.empty()) replace_file(folder / topology_file, run.topology_xml);
  replace_file(folder / readme_file, readme_text(run));
  replace_file(folder / package_file, package_text(run, canaries));
}

// Cuts what a kill left of a row, and gives the file its header when it has none yet.
void mend(const std::filesystem::path& file, const std::vector<Field>& fields, AppendedFile& open_file) {
  const std::size_t whole = whole_rows_of_file(file);
  if (whole < std::filesystem::file_size(file)) open_file.cut(whole);
  if (whole == 0) open_file.append(csv_line(names(fields)));
  const CsvReader csv(file);
  require_header(csv.header(), csv.file(), fields);
}

}  // namespace

void require_this_version(const std::filesystem::path& folder, int version) {
  if (version == schema_version) return;
  throw InvalidInput(
      fmt::format("{}: the run was begun in schema version {} and this program writes version {}: finish it with the "
                  "Sextant that began it, or start a new run",
                  folder.string(), version, schema_version));
}

RunFolder::RunFolder(std::filesystem::path folder, const Run& run)
    : folder_(std::move(folder)), launches_(folder_ / launches_file) {
  for (const Table& table : run.tables) {
    tables_.emplace(table.probe, table);
    files_.emplace(table.probe, AppendedFile(folder_ / raw_file(table)));
    if (table.request) requests_.emplace(table.probe, AppendedFile(folder_ / request_file(table)));
  }
}

RunFolder RunFolder::create(const std::filesystem::path& folder, const Run& run) {
  check_storable(run);
  create_folder(folder);
  std::error_code error;
  if (!std::filesystem::is_empty(folder, error)) {
    throw WriteError(fmt::format("{}: the folder is not empty: choose another --output", folder.string()));
  }
  RunFolder made(folder, run);
  for (const Table& table : run.tables) {
    made.files_.at(table.probe).append(csv_line(names(raw_fields(table))));
    if (table.request) made.requests_.at(table.probe).append(csv_line(names(request_fields(table))));
  }
  made.launches_.append(csv_line(names(launch_fields())));
  write_description(folder, planned(run));
  return made;
}

RunFolder RunFolder::open(const std::filesystem::path& folder, const Run& run) {
  check_storable(run);
  if (!is_run_folder(folder)) {
    throw InvalidInput(
        fmt::format("{}: no run to go on with: give a folder that sextant run has made", folder.string()));
  }
  require_this_version(folder, run.provenance.schema);
  RunFolder opened(folder, run);
  for (const Table& table : run.tables) {
    mend(folder / raw_file(table), raw_fields(table), opened.files_.at(table.probe));
    if (table.request) mend(folder / request_file(table), request_fields(table), opened.requests_.at(table.probe));
  }
  mend(folder / launches_file, launch_fields(), opened.launches_);
  write_description(folder, run);
  return opened;
}

void RunFolder::append(const Measurement& measurement, const Sample& sample) {
  const auto table = tables_.find(measurement.probe);
  if (table == tables_.end()) throw std::invalid_argument("no table for the probe " + measurement.probe);
  files_.at(measurement.probe).append(raw_line(table->second, measurement.point, sample));
  // After their sample: requests without one would be damage.
  if (table->second.request && !sample.requests.empty()) {
    requests_.at(measurement.probe).append(request_lines(table->second, measurement.point, sample));
  }
}

void RunFolder::append(const Launch& launch) {
  if (tables_.find(launch.probe) == tables_.end())
    throw std::invalid_argument("no table for the probe " + launch.probe);
  launches_.append(launch_line(launch));
}

void RunFolder::finish(const Run& run) {
  check_storable(run);
  write_description(folder_, run);
}

void write_run(const std::filesystem::path& folder, const Run& run) {
  RunFolder made = RunFolder::create(folder, run);
  for (const Measurement& measurement : run.measurements) {
    for (const Sample& sample : measurement.samples) made.append(measurement, sample);
  }
  for (const Launch& launch : run.launches) made.append(launch);
  made.finish(run);
}

}  // namespace sextant::results
