// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "results/record/unit.hpp"

// The two pictures of a validation as Vega-Lite specifications.
namespace sextant::analysis {

struct ScatterPoint {
  double x = 0, value = 0, low = 0, high = 0;  // low and high NaN: no interval is known
  std::string group;                           // colour
  std::string label;                           // the whole point in words
};

// Predicted against measured on two logarithmic axes of one range, with the line where both are equal. Values above 0.
struct ScatterChart {
  std::string x_title, y_title;
  results::Unit unit = results::Unit::one;
  std::string group_title;
  std::vector<std::string> groups;
  std::vector<ScatterPoint> points;
};
std::string scatter_spec(const ScatterChart& chart);

struct StripDot {
  double value = 0;
  std::string label;
};
struct StripRow {
  std::string name;
  std::string text;  // at the right end
  std::vector<StripDot> dots;
  double middle = 0;  // drawn as a stroke; NaN: none
};
// Values of one axis, a row for each class. What lies outside [low, high] stands at its end.
struct StripChart {
  std::string x_title;
  bool logarithmic = false;
  double low = 0, high = 1;            // of the axis; above 0 where it is logarithmic
  double good_low = 0, good_high = 0;  // a band behind the dots; equal: none
  double aim = 1;                      // a vertical line
  std::vector<double> ticks;
  std::vector<std::string> tick_texts;  // as many
  std::vector<StripRow> rows;
};
std::string strip_spec(const StripChart& chart);

}  // namespace sextant::analysis
