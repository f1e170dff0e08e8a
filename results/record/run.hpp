// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "results/record/measurement.hpp"

namespace sextant::results {

inline constexpr int schema_version = 1;

// A typed column of a probe's table: an axis, or an extra value per sample.
struct Column {
  std::string name;
  Unit unit = Unit::one;
  std::string description;
  friend bool operator==(const Column&, const Column&) = default;
};

// What a probe's table looks like; written into the data package, so that a folder can be read without the probe.
struct Table {
  std::string probe;
  std::string summary;  // one sentence
  Quantity quantity;
  std::vector<Column> axes;
  std::vector<Column> extras;
};

enum class State { running, complete, interrupted };

std::string_view name(State state);
State state_from_name(std::string_view name);

// Who measured, where, with what. Facts are dotted keys ("cpu.model") and text, so that nothing is lost or invented.
// No host name, user, serial, MAC or absolute path ever enters it.
struct Provenance {
  std::string machine;  // public label
  std::string run_id;   // "20261124-1a2b3c"
  std::string mode;     // "quick", "standard" or "publish"
  std::string started;  // ISO 8601 UTC
  std::uint64_t seed = 0;
  State state = State::running;
  std::string licence = "CC-BY-4.0";
  std::string source;  // for imported runs: where the figures come from
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> warnings;
};

struct Run {
  Provenance provenance;
  std::vector<Table> tables;
  std::vector<Measurement> measurements;
  std::string topology_xml;  // hwloc, anonymised; may be empty
};

const Table* find_table(const Run& run, std::string_view probe);  // nullptr when absent

}  // namespace sextant::results
