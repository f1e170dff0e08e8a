// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "results/record/run.hpp"

// datapackage.json (Frictionless Data Package v2) and environment.json. Inside results/record only.
namespace sextant::results {

inline constexpr const char* package_file = "datapackage.json";
inline constexpr const char* environment_file = "environment.json";
inline constexpr const char* topology_file = "topology.xml";
inline constexpr const char* summary_file = "summary.csv";
inline constexpr const char* launches_file = "launches.csv";  // since version 2
inline constexpr const char* readme_file = "README.md";

std::string package_text(const Run& run, const CanaryMedians& canaries);  // those of its samples

// Facts nested by the dots of their keys, and "warnings". Throws std::invalid_argument for a key that stands twice, is
// empty or is "warnings".
std::string environment_text(const Provenance& provenance);

// README.md: what was run, on what, how to cite, how to read it.
std::string readme_text(const Run& run);

// Fills provenance and tables. `named` is the file in errors. Throws InvalidInput, also for a newer schema version.
void read_package(const std::string& text, const std::string& named, Run& run);
void read_environment(const std::string& text, const std::string& named, Provenance& provenance);

// True when the text is a data package of a run of ours, whatever its version.
bool is_run_package(const std::string& text);

}  // namespace sextant::results
