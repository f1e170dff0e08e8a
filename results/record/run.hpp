// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/record/measurement.hpp"
#include "results/statistics/states.hpp"

namespace sextant::results {

// Of the folders this program writes; it reads this one and every earlier one.
// 1: the first. 2: cpu_seconds and canaries of a sample, launches.csv, more and other statistics in summary.csv.
// 3: canaries of two processors and their change; states in summary.csv.
inline constexpr int schema_version = 3;

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
  std::optional<Column> request = {};  // what is told of single requests, in a table of their own
};

// One worker process: when it ran, what watching it cost, and what the machine did meanwhile (NaN where it does not
// say). What only means something over a second and more stands here and not in the samples: steal is counted in ticks
// of 10 ms.
struct Launch {
  std::string probe;
  int launch = 0;                              // as in the probe's table
  double start = 0;                            // seconds since the run began
  double seconds = 0;                          // from its start to its end
  double canary_seconds = not_available;       // spent in canaries
  double bookkeeping_seconds = not_available;  // spent in counters, rows and the order of the samples
  double steal = not_available;                // seconds the hypervisor gave to others, all processors together
  double pressure_cpu = not_available;         // seconds in which some task waited (/proc/pressure, "some")
  double pressure_io = not_available;
  double pressure_memory = not_available;
  double throttled = not_available;  // periods in which the cgroup's quota stopped us
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
  int schema = schema_version;  // version of the folder it was read from
};

// What the canaries usually took in a run: the medians over its measured samples, by which a sample is clean or not (NaN
// where there are none), and the states of the machine that they tell.
struct CanaryMedians {
  double compute = not_available;  // seconds
  double memory = not_available;
  States states = {};
};

struct Run {
  Provenance provenance;
  std::vector<Table> tables;
  std::vector<Measurement> measurements;
  std::vector<Launch> launches;  // in the order they were started
  CanaryMedians canaries;        // as the folder says; canary_medians() rebuilds them from the samples
  std::string topology_xml;      // hwloc, anonymised; may be empty
};

const Table* find_table(const Run& run, std::string_view probe);  // nullptr when absent

}  // namespace sextant::results
