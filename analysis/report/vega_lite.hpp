// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/record/unit.hpp"

// The three pictures of the report as Vega-Lite specifications. Plain values in, JSON text out; the JSON library stays
// in the .cpp file. What was measured is a filled circle, what is projected an open diamond, never the same mark.
namespace sextant::analysis {

// Colour-blind safe (Okabe and Ito), in the order in which series take them. The page maps each to a lighter tone in
// dark mode through style sheet rules on the attribute value, so that the specification stays one.
const std::vector<std::string>& palette();

struct CurvePoint {
  double x = 0;
  double value = 0, low = 0, high = 0;  // low and high NaN: no interval is known
  std::string series;
  std::string label;    // the whole point in words, for the tooltip
  bool settled = true;  // converged; drawn open when not
};

struct Rule {
  double value = 0;
  std::string label;
};

struct CurveChart {
  std::string x_title, y_title, series_title;
  results::Unit x_unit = results::Unit::one, y_unit = results::Unit::one;
  bool x_log2 = true;  // else linear
  std::vector<std::string> series;
  std::vector<CurvePoint> points;
  std::vector<CurvePoint> bound;  // a curve that bounds the points, drawn dashed; same axes
  std::vector<Rule> bounds;       // ceilings, horizontal
  std::vector<Rule> marks;        // places on the x axis, vertical
};

// Measured values against one ordered axis: circles, an interval rule through each, joined along the axis.
std::string curve_spec(const CurveChart& chart);

struct IntervalRow {
  std::string name;  // written above the row
  std::string text;  // written at the right end: the numbers, or why there are none
  double low = 0, mid = 0, high = 0;
  std::string group;  // colour
  bool drawn = true;  // false: only the text
};

// Projected values, one row each, on a shared logarithmic axis. `groups` fixes the colours.
struct IntervalChart {
  std::string x_title;
  results::Unit x_unit = results::Unit::one;
  double low = 1, high = 10;  // of the axis, so that several charts can be compared
  std::string group_title;
  std::vector<std::string> groups;
  std::vector<IntervalRow> rows;
};
std::string interval_spec(const IntervalChart& chart);

struct Share {
  std::string part;
  double share = 0;  // of the whole, 0..1
  std::string label;
};
struct ShareRow {
  std::string name;
  std::string text;  // at the right end: what the whole is
  std::vector<Share> shares;
};
// Stacked bars of shares, one row each. `parts` fixes order and colours.
std::string share_spec(const std::vector<std::string>& parts, const std::vector<ShareRow>& rows);

}  // namespace sextant::analysis
