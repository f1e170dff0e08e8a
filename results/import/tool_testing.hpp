// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "results/import/formats.hpp"
#include "results/record/csv.hpp"
#include "results/record/measurement.hpp"
#include "results/record/summary.hpp"

// For tests of the readers of other tools' files.
namespace sextant::results {

inline ToolFile capture(const std::string& name, std::map<std::string, std::string> settings = {}) {
  return {read_text(std::filesystem::path(SEXTANT_SOURCE_DIR) / "results/import/captures" / name), name,
          std::move(settings)};
}

// The file with every occurrence of a text replaced; the text must be there.
inline ToolFile with(ToolFile file, const std::string& from, const std::string& to) {
  EXPECT_NE(file.text.find(from), std::string::npos) << file.named << " does not hold " << from;
  for (auto at = file.text.find(from); at != std::string::npos; at = file.text.find(from, at + to.size()))
    file.text.replace(at, from.size(), to);
  return file;
}

// What is said of a file; "no complaint" where it is read.
inline std::string complaint(const std::string& format, const ToolFile& file, const Label& label = {}) {
  try {
    import_file(*find_format(format), file, label, "2026-01-02T03:04:05Z");
    return "no complaint";
  } catch (const InvalidInput& error) {
    return error.what();
  }
}

inline Run imported(const std::string& format, const ToolFile& file, const Label& label = {}) {
  return import_file(*find_format(format), file, label, "2026-01-02T03:04:05Z").at(0);
}

// The measurement of a point given as text; a failure and an empty one where there is none.
inline Measurement at(const Run& run, const std::string& probe, const std::string& point) {
  for (const Measurement& measurement : run.measurements) {
    if (measurement.probe == probe && to_text(measurement.point) == point) return measurement;
  }
  ADD_FAILURE() << "no " << probe << " " << point;
  return {};
}

inline double value_at(const Run& run, const std::string& probe, const std::string& point) {
  return summarise(at(run, probe, point)).median;
}

inline std::string fact(const Run& run, const std::string& key) {
  for (const auto& [name, text] : run.provenance.environment) {
    if (name == key) return text;
  }
  return {};
}

}  // namespace sextant::results
