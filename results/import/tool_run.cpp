// SPDX-License-Identifier: Apache-2.0
#include "results/import/tool_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <stdexcept>

#include "results/record/csv.hpp"

namespace sextant::results {

double count_setting(const ToolFile& file, const std::string& key) {
  const auto found = file.settings.find(key);
  if (found == file.settings.end()) return not_available;
  double value = 0;
  try {
    value = number_from_text(found->second);
  } catch (const std::invalid_argument&) {
  }
  if (!(value >= 1) || value != std::floor(value))
    throw InvalidInput(fmt::format("--set {}={}: write a whole number from one on", key, found->second));
  return value;
}

std::string word_setting(const ToolFile& file, const std::string& key, const std::vector<std::string>& allowed) {
  const auto found = file.settings.find(key);
  if (found == file.settings.end()) return allowed.front();
  if (std::find(allowed.begin(), allowed.end(), found->second) == allowed.end())
    throw InvalidInput(fmt::format("--set {}={}: write one of {}", key, found->second, fmt::join(allowed, ", ")));
  return found->second;
}

Run tool_run(const std::string& tool, const std::string& version) {
  Run run;
  run.provenance.mode = "standard";
  run.provenance.state = State::complete;
  run.provenance.licence.clear();  // whose figures these are, the file does not say
  run.provenance.environment.emplace_back("import.tool", tool);
  if (!version.empty()) run.provenance.environment.emplace_back("import.version", version);
  return run;
}

Measurement& measurement_at(Run& run, const Table& table, const Point& point) {
  if (!find_table(run, table.probe)) run.tables.push_back(table);
  for (Measurement& measurement : run.measurements) {
    if (measurement.probe == table.probe && measurement.point == point) return measurement;
  }
  Measurement measurement;
  measurement.probe = table.probe;
  measurement.point = point;
  measurement.quantity = table.quantity;
  measurement.flags.imported = true;
  run.measurements.push_back(std::move(measurement));
  return run.measurements.back();
}

void add_sample(Measurement& measurement, Sample sample) {
  sample.repetition = int(std::count_if(measurement.samples.begin(), measurement.samples.end(),
                                        [&](const Sample& other) { return other.launch == sample.launch; }));
  measurement.samples.push_back(std::move(sample));
  if (measurement.status == Status::failed) return;
  measurement.reason = measurement.samples.size() == 1
                           ? "Imported: the tool reports one value, which says nothing of its spread."
                           : "Imported: the tool ends by a number of repetitions, not by an interval.";
}

void fail_point(Measurement& measurement, std::string reason) {
  measurement.status = Status::failed;
  measurement.reason = std::move(reason);
}

Sample sample_of_rate(double rate, double bytes, double operations) {
  Sample sample;
  sample.bytes = bytes;
  sample.operations = operations;
  sample.seconds = (bytes > 0 ? bytes : operations) / rate;
  return sample;
}

std::string label_of(std::string_view product) {
  std::string label;
  for (const char c : product) {
    if (std::isalnum(static_cast<unsigned char>(c)) || (c == '.' && !label.empty())) {
      label += char(std::tolower(static_cast<unsigned char>(c)));
    } else if (!label.empty() && label.back() != '-') {
      label += '-';
    }
  }
  while (label.ends_with('-')) label.pop_back();
  return label;
}

}  // namespace sextant::results
