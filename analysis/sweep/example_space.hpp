// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "analysis/sweep/space.hpp"
#include "analysis/uncertainty/example_profile.hpp"
#include "results/record/temporary_folder.hpp"

// Machines of one device that do nothing but read memory, so that break-evens can be worked out by hand.
namespace sextant::analysis::example {

struct Plain {
  std::string bandwidth = "2 TB/s";
  std::string efficiency = "0.5";
  std::string source = "a test";  // equal texts and sources are one quantity, drawn alike
  std::string per_layer = "0 s";
  std::string capacity = "1 TB";
};

inline std::string text(const Plain& machine) {
  const auto figure = [](const std::string& value, const std::string& source) {
    return "{value = \"" + value + "\", source = \"" + source + "\", class = \"T0\"}\n";
  };
  return "title = \"plain\"\nstatus = \"built\"\n[group]\ndevices = " + figure("1", "a test") +
         "[memory]\ncapacity = " + figure(machine.capacity, "a test") + "reserve = " + figure("0", "a test") +
         "bandwidth = " + figure(machine.bandwidth, "a test") +
         "efficiency = " + figure(machine.efficiency, machine.source) +
         "[compute]\nbf16 = " + figure("1000 PFLOP/s", "a test") + "efficiency = " + figure("1", "a test") +
         "overlap_exponent = " + figure("8", "a test") +
         "[fixed]\nexecution = \"graph\"\nper_operation = " + figure("0 s", "a test") +
         "per_layer = " + figure(machine.per_layer, "a test") + "per_sequence = " + figure("0 s", "a test") +
         "per_step = " + figure("0 s", "a test") + "[interconnect]\ntopology = \"none\"\n";
}

// A space of the design "mine" against "theirs", on a workload of the catalogue.
class PlainSpace {
 public:
  PlainSpace(const Plain& mine, const Plain& theirs, const std::string& axes,
             const std::string& workload = "llama-3.1-8b-bf16-b1") {
    std::ofstream(folder_.path() / "mine.toml") << text(mine);
    std::ofstream(folder_.path() / "theirs.toml") << text(theirs);
    const std::string sweep =
        "workloads = [\"" + workload + "\"]\ndesigns = [\"mine\"]\nagainst = [\"theirs\"]\n" + axes;
    space = read_space(
        interpret_sweep(parse_document(sweep, "test.toml")), catalogue(),
        [](const std::string& name) { return analysis_folder() / "workloads" / (name + ".toml"); },
        [this](const std::string& name) { return folder_.path() / (name + ".toml"); }, analysis_folder() / "designs");
  }

 private:
  results::TemporaryFolder folder_;

 public:
  Space space;
};

}  // namespace sextant::analysis::example
