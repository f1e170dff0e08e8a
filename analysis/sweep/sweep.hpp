// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/designs/document.hpp"
#include "results/record/unit.hpp"

// What a sweep asks, as its TOML file says it:
//
//   title = "How late may flash answer?"
//   workloads = ["llama-3.1-405b-fp8-b1"]
//   designs = ["hbf"]
//   against = ["h100x8", "b200x8"]      # baselines; may be left out
//
//   [[axis]]                            # one to four; every combination is a point
//   key = "design.flash.latency"        # what --set of `project` takes
//   low = "1 us"                        # either low, high, steps and spacing ("linear" or "log") ...
//   high = "28 us"
//   steps = 10
//   spacing = "log"
//
//   [[axis]]
//   key = "workload.load.batch"
//   values = ["1", "16"]                # ... or the values themselves; words for what is no number
namespace sextant::analysis {

struct Axis {
  std::string target;               // "design" or "workload"
  std::string path;                 // "flash.latency"
  std::vector<std::string> values;  // as they are put into the file: "4 us"; numbers ascend
  std::vector<double> numbers;      // the same in SI; empty when the values are words
  results::Unit unit = results::Unit::one;
  Leaf place;                // of the key
  std::vector<Leaf> places;  // of each value, or of the end of the range nearest to it

  std::string key() const { return target + "." + path; }
};

struct Sweep {
  Document document;
  std::string title;
  std::string description;
  std::vector<Leaf> workloads, designs, against;  // names from the catalogue or paths of TOML files
  std::vector<Axis> axes;
};

// Throws InvalidInput naming file, line, key, value and the fix. Whether an axis is a key of its designs and workloads
// is checked where they are read (space.hpp).
Sweep read_sweep(const std::filesystem::path& file);
Sweep interpret_sweep(Document document);

}  // namespace sextant::analysis
