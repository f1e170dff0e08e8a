// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/origin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "results/record/csv.hpp"

namespace sextant::analysis {

namespace {

// `value` is a number, or two numbers with dots between them.
bool lies_in(double number, const std::string& value) {
  const std::size_t dots = value.find("..");
  const double low = results::number_from_text(value.substr(0, dots));
  const double high = dots == std::string::npos ? low : results::number_from_text(value.substr(dots + 2));
  return low <= number && number <= high;
}

bool lies_in(const results::Value& coordinate, const std::string& value) {
  if (const auto* word = std::get_if<std::string>(&coordinate)) return *word == value;
  return lies_in(std::get<double>(coordinate), value);
}

constexpr std::string_view citation = "published.";  // begins the keys of the environment that cite

// What the run cites for the library or source that the parameter names; for all of them where it names none.
std::string citations(const results::Run& run, const results::Parameter& parameter) {
  std::string text;
  for (const auto& [key, value] : run.provenance.environment) {
    if (!key.starts_with(citation)) continue;
    const std::string origin = "=" + key.substr(citation.size());
    const std::string words = parameter.validity + " ";
    const bool names_one = words.find("library=") != words.npos || words.find("source=") != words.npos;
    if (!names_one || words.find(origin + " ") != words.npos) text += "; " + value;
  }
  return text;
}

// The name of a parameter begins with its probe's, but for those that are of the device or of the host.
bool named_after(const std::string& name, const std::string& probe) {
  if (name.starts_with("storage.flash.") || name == "storage.floor_cpu") return probe == "storage.read";
  if (name.starts_with("storage.floor")) return probe == "storage.latency";
  return name.starts_with(probe);
}

}  // namespace

bool feeds(const results::Measurement& measurement, const results::Parameter& parameter) {
  if (!named_after(parameter.name, measurement.probe)) return false;
  std::istringstream words(parameter.validity);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    const std::string axis = word.substr(0, equals);
    if (equals == std::string::npos) continue;
    if (axis == "bytes" && !measurement.point.has(axis) && !measurement.samples.empty()) {
      const results::Sample& sample = measurement.samples.front();
      if (!lies_in(sample.bytes / sample.operations, word.substr(equals + 1))) return false;
    }
    if (!measurement.point.has(axis)) continue;
    for (const auto& [name, coordinate] : measurement.point.coordinates()) {
      if (name == axis && !lies_in(coordinate, word.substr(equals + 1))) return false;
    }
  }
  return true;
}

std::string evidence(const std::vector<results::Run>& runs, const results::Parameter& parameter) {
  std::string text;
  for (const results::Run& run : runs) {
    std::size_t rows = 0;
    for (const results::Measurement& measurement : run.measurements) {
      if (measurement.status != results::Status::failed && feeds(measurement, parameter))
        rows += measurement.samples.size();
    }
    if (rows == 0) continue;
    text += fmt::format("{}run {}: {} row{}{}", text.empty() ? "" : "; ", run.provenance.run_id, rows,
                        rows == 1 ? "" : "s", citations(run, parameter));
  }
  return text.empty() && !runs.empty() ? "run " + runs.back().provenance.run_id + ": environment.json" : text;
}

const std::string* fact(const results::Run& run, std::string_view key) {
  for (const auto& [name, value] : run.provenance.environment) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool published(const results::Run& run) {
  const auto& facts = run.provenance.environment;
  return std::any_of(facts.begin(), facts.end(), [](const auto& entry) { return entry.first.starts_with(citation); });
}

}  // namespace sextant::analysis
