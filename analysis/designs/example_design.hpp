// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/designs/design.hpp"
#include "results/record/csv.hpp"

// A small design, and what the tests of this folder do with one.
namespace sextant::analysis::example {

inline std::filesystem::path root() { return std::filesystem::path(SEXTANT_SOURCE_DIR) / "analysis"; }

inline const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(root() / "catalogue");
  return loaded;
}

inline constexpr const char* small = R"(title = "a test"
status = "built"
[group]
devices = {value = "1", source = "test", class = "T0"}
[memory]
capacity = "device:h100-sxm.capacity"
reserve = {value = "10 %", source = "test", class = "T1"}
bandwidth = "device:h100-sxm.bandwidth"
efficiency = {value = "0.85", low = "0.8", high = "0.9", source = "test", class = "T1"}
[compute]
bf16 = "device:h100-sxm.bf16"
efficiency = {value = "0.5", source = "test", class = "T3"}
overlap_exponent = {value = "3", source = "test", class = "T3"}
[fixed]
execution = "graph"
per_operation = {value = "1.5 us", source = "test", class = "T1"}
per_layer = {value = "0 s", source = "test", class = "T1"}
per_sequence = {value = "0 s", source = "test", class = "T1"}
per_step = {value = "0 s", source = "test", class = "T1"}
[interconnect]
topology = "none"
)";

inline std::string with(const std::string& from, const std::string& to) {
  std::string text = small;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

inline Design read(const std::string& text, const std::vector<Override>& overrides = {}) {
  return interpret_design(parse_document(text, "test.toml"), "test", catalogue(), overrides);
}

inline std::string message(const std::string& text, const std::vector<Override>& overrides = {}) {
  try {
    read(text, overrides);
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "nothing was thrown";
}

inline Values values_of(const Design& design) {
  Values values;
  values.fill(std::nan(""));
  for (const Figure& figure : design.figures) values[figure.slot] = figure.estimate.value;
  return values;
}

inline std::filesystem::path variants() { return root() / "designs/variants"; }

inline Design shipped(const std::filesystem::path& file) {
  return read_design(file, catalogue(), {}, root() / "designs");
}
inline Design variant(const char* name) { return shipped(variants() / (std::string(name) + ".toml")); }

}  // namespace sextant::analysis::example
