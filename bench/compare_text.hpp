// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/comparison/comparison.hpp"
#include "bench/compare_commands.hpp"

// What `sextant compare` prints: for people, and as one strict JSON document.
namespace sextant::bench {

std::string comparison_text(const analysis::Named& a, const analysis::Named& b, const analysis::Comparison& comparison);
std::string comparison_json(const analysis::Named& a, const analysis::Named& b, const analysis::Comparison& comparison);

std::string comparison_text(const std::string& a, const std::string& b, const CommandComparison& comparison);
std::string comparison_json(const std::string& a, const std::string& b, const CommandComparison& comparison);

// "+5.23 %": what a ratio of times adds.
std::string change_text(double ratio);

}  // namespace sextant::bench
