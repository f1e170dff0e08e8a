// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/scatter.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/report/scale.hpp"
#include "analysis/report/vega_lite.hpp"
#include "analysis/report/vega_lite_parts.hpp"

namespace sextant::analysis {
namespace {

using Json = nlohmann::ordered_json;

Json log_channel(const char* field, const Json& axis, double low, double high) {
  return {{"field", field},
          {"type", "quantitative"},
          {"axis", axis},
          {"scale", {{"type", "log"}, {"base", 10}, {"domain", {low, high}}, {"nice", false}, {"clamp", true}}}};
}

Json scatter_values(const std::vector<ScatterPoint>& points) {
  Json values = Json::array();
  for (const ScatterPoint& p : points) {
    Json value{{"x", p.x}, {"value", p.value}};
    if (p.low > 0 && std::isfinite(p.high)) value.update({{"low", p.low}, {"high", p.high}});
    value.update({{"group", p.group}, {"label", p.label}});
    values.push_back(value);
  }
  return values;
}

}  // namespace

std::string scatter_spec(const ScatterChart& chart) {
  double low = INFINITY, high = 0;
  for (const ScatterPoint& p : chart.points) {
    low = std::min({low, p.x, p.value});
    high = std::max({high, p.x, p.value});
  }
  low /= 1.3;
  high *= 1.3;
  Json spec = Json::parse(empty_picture(380));
  spec["data"] = {{"values", scatter_values(chart.points)}};
  const std::vector<double> ticks = ticks_log10(low, high, 9);
  Json x_axis{{"title", chart.x_title}, {"grid", true}};
  Json y_axis{{"title", chart.y_title}, {"titleAngle", 0},          {"titleAlign", "left"}, {"titleX", 0},
              {"titleY", -20},          {"titleBaseline", "bottom"}};
  x_axis.update(Json::parse(tick_labels(ticks, chart.unit)));
  y_axis.update(Json::parse(tick_labels(ticks, chart.unit)));
  const Json x = log_channel("x", x_axis, low, high);
  const Json y = log_channel("value", y_axis, low, high);
  const Json colour{{"field", "group"},
                    {"type", "nominal"},
                    {"scale", Json::parse(colour_scale(chart.groups))},
                    {"legend", Json::parse(legend(chart.group_title, chart.groups.size(), 38))}};
  const Json tooltip{{"field", "label"}};
  Json layers = Json::array();
  layers.push_back({{"data", {{"values", {{{"x", low}, {"value", low}}, {{"x", high}, {"value", high}}}}}},
                    {"mark", {{"type", "line"}, {"color", ink}, {"strokeDash", {6, 4}}, {"strokeWidth", 1}}},
                    {"encoding", {{"x", x}, {"y", y}}}});
  Json ends = y;
  ends["field"] = "low";
  layers.push_back(
      {{"transform", {{{"filter", "isValid(datum.low)"}}}},
       {"mark", {{"type", "rule"}, {"strokeWidth", 1}, {"opacity", 0.35}, {"clip", true}}},
       {"encoding", {{"x", x}, {"y", ends}, {"y2", {{"field", "high"}}}, {"color", colour}, {"tooltip", tooltip}}}});
  layers.push_back(
      {{"mark", {{"type", "point"}, {"shape", "diamond"}, {"filled", true}, {"size", 36}, {"opacity", 0.7}}},
       {"encoding", {{"x", x}, {"y", y}, {"color", colour}, {"tooltip", tooltip}}}});
  spec["layer"] = layers;
  return spec.dump();
}

std::string strip_spec(const StripChart& chart) {
  Json spec = Json::parse(empty_picture(row_height * chart.rows.size()));
  Json texts = Json::array(), dots = Json::array(), middles = Json::array();
  std::vector<std::string> names;
  for (const StripRow& row : chart.rows) {
    names.push_back(row.name);
    texts.push_back({{"name", row.name}, {"text", row.text}});
    for (const StripDot& dot : row.dots)
      dots.push_back(
          {{"name", row.name}, {"value", std::clamp(dot.value, chart.low, chart.high)}, {"label", dot.label}});
    if (std::isfinite(row.middle))
      middles.push_back({{"name", row.name}, {"value", std::clamp(row.middle, chart.low, chart.high)}});
  }
  Json axis{{"title", chart.x_title}, {"grid", true}};
  axis.update(Json::parse(tick_labels(chart.ticks, chart.tick_texts)));
  Json scale{{"type", chart.logarithmic ? "log" : "linear"}, {"domain", {chart.low, chart.high}}, {"nice", false}};
  if (!chart.logarithmic) scale["zero"] = false;
  const auto x = [&](const char* field) {
    return Json{{"field", field}, {"type", "quantitative"}, {"scale", scale}, {"axis", axis}};
  };
  spec["data"] = {{"values", texts}};
  Json layers = Json::array();
  if (chart.good_low < chart.good_high) {
    layers.push_back({{"data", {{"values", {{{"from", chart.good_low}, {"to", chart.good_high}}}}}},
                      {"mark", {{"type", "rect"}, {"color", grid}, {"opacity", 0.6}}},
                      {"encoding", {{"x", x("from")}, {"x2", {{"field", "to"}}}}}});
  }
  layers.push_back({{"data", {{"values", {{{"at", chart.aim}}}}}},
                    {"mark", {{"type", "rule"}, {"color", ink}, {"strokeDash", {6, 4}}}},
                    {"encoding", {{"x", x("at")}}}});
  layers.push_back(
      {{"data", {{"values", dots}}},
       {"mark", {{"type", "point"}, {"shape", "diamond"}, {"filled", true}, {"size", 40}, {"opacity", 0.5}}},
       {"encoding",
        {{"y", Json::parse(row_channel(names, 0.66))},
         {"x", x("value")},
         {"color", {{"value", palette().front()}}},
         {"tooltip", {{"field", "label"}}}}}});
  layers.push_back(
      {{"data", {{"values", middles}}},
       {"mark", {{"type", "tick"}, {"color", ink}, {"thickness", 2}, {"size", 18}, {"yOffset", row_height / 6}}},
       {"encoding", {{"y", Json::parse(row_channel(names, 0.5))}, {"x", x("value")}}}});
  for (const Json& layer : Json::parse(row_texts(names))) layers.push_back(layer);
  spec["layer"] = layers;
  return spec.dump();
}

}  // namespace sextant::analysis
