// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/record/estimate.hpp"
#include "results/record/sample.hpp"
#include "results/record/unit.hpp"

// What is understood of a machine: fitted parameters with their intervals, where they came from, and joint draws.
namespace sextant::results {

enum class Source { measured, fitted, datasheet, published, assumed };
std::string_view name(Source source);
Source source_from_name(std::string_view name);  // throws std::invalid_argument

// How far a figure travels from where it was measured (decode-model.md section 5): T0 same device and range, T1 other
// shape, T2 other device of the memory class, T3 other engine, T4 other memory class, T5 proposed silicon from vendor
// numbers, T6 invented.
enum class TransferClass { T0, T1, T2, T3, T4, T5, T6 };
std::string_view name(TransferClass transfer);
TransferClass transfer_from_name(std::string_view name);  // throws std::invalid_argument

struct Parameter {
  std::string name;   // "memory.read.bandwidth"
  Estimate estimate;  // SI
  Unit unit = Unit::one;
  Source source = Source::assumed;
  TransferClass transfer = TransferClass::T6;
  std::string validity;    // where it holds: "footprint=268435456 threads=2", "bytes=8..32768"; empty = everywhere
  std::string assumption;  // what is taken for granted when it is carried elsewhere
  std::string evidence;    // run id and rows, or the citation
  std::string refused;     // not empty: not identified, and why; then the estimate is NaN and must not be used
  double contention = not_available;  // largest contention index of the points it came from (summary.hpp)
};

// Joint resamples: row i holds one draw of every parameter, so that covariance survives. columns[j] names parameters[j]
// by its key (name, and validity where there is one).
struct Draws {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
};

struct Profile {
  std::string machine;
  std::vector<Parameter> parameters;
  Draws draws;
};

std::string key(const Parameter& parameter);                          // "name[validity]" or "name"
const Parameter* find(const Profile& profile, std::string_view key);  // nullptr when absent

// A profile is a folder with profile.csv and draws.csv. Throws InvalidInput or WriteError.
void write_profile(const std::filesystem::path& folder, const Profile& profile);
Profile read_profile(const std::filesystem::path& folder);

}  // namespace sextant::results
