// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/record/run.hpp"
#include "results/record/summary.hpp"

// What one probe gave, seen as a table with axes: which axis can be drawn along, and what tells series apart.
namespace sextant::analysis {

struct Reading {
  const results::Measurement* measurement;  // of the run, which outlives it
  results::Summary summary;
};

struct ProbeData {
  std::string probe;
  const results::Table* table;  // nullptr in a run that does not describe the probe
  std::vector<Reading> readings;
};

// Every probe of the run that has measured samples, in order of first appearance.
std::vector<ProbeData> by_probe(const results::Run& run);

results::Unit axis_unit(const ProbeData& data, std::string_view axis);  // one when the table does not say
std::string coordinate(const ProbeData& data, const results::Point& point,
                       std::string_view axis);  // for people; "" when absent
std::vector<std::string> axis_names(const ProbeData& data);
bool is_number(const results::Point& point, std::string_view axis);
bool numeric_axis(const ProbeData& data, std::string_view axis);  // a number at every point

// `wanted` where it is an axis with enough different numbers to be a curve, else "". With `wanted` empty: the numeric
// axis with most places.
std::string ordered_axis(const ProbeData& data, std::string_view wanted);

// Axes that tell series apart: everything but the drawn axis that has more than one value.
std::vector<std::string> series_axes(const ProbeData& data, std::string_view drawn);
std::string series_name(const ProbeData& data, const results::Point& point, const std::vector<std::string>& axes);
std::vector<std::string> series_in_order(const ProbeData& data, const std::vector<std::string>& axes);

}  // namespace sextant::analysis
