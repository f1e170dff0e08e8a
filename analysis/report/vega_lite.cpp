// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/vega_lite.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/report/scale.hpp"
#include "analysis/report/vega_lite_parts.hpp"

namespace sextant::analysis {
namespace {

using Json = nlohmann::ordered_json;

Json point_values(const std::vector<CurvePoint>& points) {
  Json values = Json::array();
  for (const CurvePoint& point : points) {
    Json row{{"x", point.x}, {"value", point.value}};
    if (std::isfinite(point.low) && std::isfinite(point.high)) {
      row["low"] = point.low;
      row["high"] = point.high;
    }
    row["series"] = point.series;
    row["settled"] = point.settled;
    row["label"] = point.label;
    values.push_back(row);
  }
  return values;
}

Json rule_values(const std::vector<Rule>& rules) {
  Json values = Json::array();
  for (const Rule& rule : rules) values.push_back({{"at", rule.value}, {"label", rule.label}});
  return values;
}

struct Range {
  double low = INFINITY, high = -INFINITY;
  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

Range x_range(const CurveChart& chart) {
  Range range;
  for (const CurvePoint& point : chart.points) range.include(point.x);
  return range;
}

Range y_range(const CurveChart& chart) {
  Range range;
  for (const auto* points : {&chart.points, &chart.bound}) {
    for (const CurvePoint& point : *points) {
      for (const double value : {point.low, point.value, point.high}) range.include(value);
    }
  }
  for (const Rule& rule : chart.bounds) range.include(rule.value);
  return range;
}

Json x_channel(const CurveChart& chart) {
  const Range range = x_range(chart);
  Json axis{{"title", chart.x_title}, {"grid", false}, {"domain", true}, {"domainColor", grid}};
  Json scale{{"nice", false}, {"padding", 12}};
  if (chart.x_log2 && range.low > 0) {
    axis.update(Json::parse(tick_labels(ticks_log2(range.low, range.high, 12), chart.x_unit)));
    scale.update({{"type", "log"}, {"base", 2}, {"domain", {range.low, range.high}}});
  } else {
    axis.update(Json::parse(tick_labels(ticks_linear(range.high, 10), chart.x_unit)));
    scale.update({{"type", "linear"}, {"zero", true}});
  }
  return {{"field", "x"}, {"type", "quantitative"}, {"scale", scale}, {"axis", axis}};
}

Json y_channel(const CurveChart& chart) {
  const Range range = y_range(chart);
  Json axis{{"title", chart.y_title}, {"titleAngle", 0},          {"titleAlign", "left"}, {"titleX", 0},
            {"titleY", -20},          {"titleBaseline", "bottom"}};
  Json scale{{"nice", false}};
  // A linear axis from zero shows proportions; beyond a factor of six the small values would vanish on it.
  if (range.low > 0 && range.high / range.low > 6) {
    const double low = range.low / 1.15, high = range.high * 1.15;
    axis.update(Json::parse(tick_labels(ticks_log10(low, high, 9), chart.y_unit)));
    scale.update({{"type", "log"}, {"base", 10}, {"domain", {low, high}}});
  } else {
    const std::vector<double> ticks = ticks_linear(range.high, 7);
    axis.update(Json::parse(tick_labels(ticks, chart.y_unit)));
    scale.update({{"type", "linear"}, {"zero", true}, {"domain", {0.0, ticks.back()}}});
  }
  return {{"field", "value"}, {"type", "quantitative"}, {"scale", scale}, {"axis", axis}};
}

template <class Row>
std::vector<std::string> row_names(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(row.name);
  return names;
}

}  // namespace

const std::vector<std::string>& palette() {
  static const std::vector<std::string> colours_of_okabe_and_ito{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                                 "#E69F00", "#56B4E9", "#8C6BB1", "#7A7A7A"};
  return colours_of_okabe_and_ito;
}

std::string curve_spec(const CurveChart& chart) {
  Json spec = Json::parse(empty_picture(300));
  spec["data"] = {{"values", point_values(chart.points)}};
  const Json x = x_channel(chart), y = y_channel(chart);
  const Json key = Json::parse(legend(chart.series_title, chart.series.size(), 38));  // above the title of the axis
  const Json colour{
      {"field", "series"}, {"type", "nominal"}, {"scale", Json::parse(colour_scale(chart.series))}, {"legend", key}};
  const Json tooltip{{"field", "label"}};
  Json shape{{"field", "series"}, {"type", "nominal"}, {"legend", key}};
  shape["scale"] = {
      {"domain", chart.series},
      {"range", {"circle", "square", "triangle-up", "cross", "triangle-down", "triangle-right", "stroke"}}};
  Json layers = Json::array();
  if (!chart.marks.empty()) {
    const Json data{{"values", rule_values(chart.marks)}};
    layers.push_back({{"data", data},
                      {"mark", {{"type", "rule"}, {"color", muted}, {"strokeDash", {2, 3}}, {"opacity", 0.8}}},
                      {"encoding", {{"x", {{"field", "at"}, {"type", "quantitative"}}}}}});
    layers.push_back({{"data", data},
                      {"mark",
                       {{"type", "text"},
                        {"align", "center"},
                        {"baseline", "bottom"},
                        {"dy", -5},
                        {"fontSize", 10},
                        {"color", muted}}},
                      {"encoding",
                       {{"x", {{"field", "at"}, {"type", "quantitative"}}},
                        {"y", {{"value", 0}}},
                        {"text", {{"field", "label"}}}}}});
  }
  if (!chart.bounds.empty()) {
    const Json data{{"values", rule_values(chart.bounds)}};
    layers.push_back({{"data", data},
                      {"mark", {{"type", "rule"}, {"color", ink}, {"strokeDash", {6, 4}}}},
                      {"encoding", {{"y", {{"field", "at"}, {"type", "quantitative"}}}}}});
    layers.push_back(
        {{"data", data},
         {"mark",
          {{"type", "text"}, {"align", "right"}, {"baseline", "bottom"}, {"dy", -4}, {"fontSize", 11}, {"color", ink}}},
         {"encoding",
          {{"y", {{"field", "at"}, {"type", "quantitative"}}},
           {"x", {{"value", "width"}}},
           {"text", {{"field", "label"}}}}}});
  }
  if (!chart.bound.empty()) {
    layers.push_back({{"data", {{"values", point_values(chart.bound)}}},
                      {"mark", {{"type", "line"}, {"color", ink}, {"strokeDash", {6, 4}}, {"strokeWidth", 1}}},
                      {"encoding", {{"x", x}, {"y", y}, {"detail", {{"field", "series"}}}}}});
    layers.push_back(
        {{"data",
          {{"values",
            {{{"x", chart.bound.back().x},
              {"value", chart.bound.back().value},
              {"label", chart.bound.back().series}}}}}},
         {"mark",
          {{"type", "text"}, {"align", "right"}, {"baseline", "bottom"}, {"dy", -6}, {"fontSize", 11}, {"color", ink}}},
         {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "label"}}}}}});
  }
  layers.push_back({{"mark", {{"type", "line"}, {"strokeWidth", 1.5}, {"opacity", 0.5}}},
                    {"encoding", {{"x", x}, {"y", y}, {"color", colour}}}});
  layers.push_back({{"transform", {{{"filter", "isValid(datum.low)"}}}},
                    {"mark", {{"type", "rule"}, {"strokeWidth", 2}}},
                    {"encoding",
                     {{"x", x},
                      {"y", {{"field", "low"}, {"type", "quantitative"}}},
                      {"y2", {{"field", "high"}}},
                      {"color", colour},
                      {"tooltip", tooltip}}}});
  layers.push_back({{"transform", {{{"filter", "datum.settled"}}}},
                    {"mark", {{"type", "point"}, {"filled", true}, {"size", 44}, {"opacity", 1}}},
                    {"encoding", {{"x", x}, {"y", y}, {"color", colour}, {"shape", shape}, {"tooltip", tooltip}}}});
  layers.push_back(
      {{"transform", {{{"filter", "!datum.settled"}}}},
       {"mark",
        {{"type", "point"}, {"filled", false}, {"fill", paper}, {"size", 40}, {"strokeWidth", 1.5}, {"opacity", 1}}},
       {"encoding", {{"x", x}, {"y", y}, {"color", colour}, {"shape", shape}, {"tooltip", tooltip}}}});
  spec["layer"] = layers;
  return spec.dump();
}

std::string interval_spec(const IntervalChart& chart) {
  Json spec = Json::parse(empty_picture(row_height * chart.rows.size()));
  Json values = Json::array();
  for (const IntervalRow& row : chart.rows) {
    Json value{{"name", row.name}, {"text", row.text}, {"group", row.group}, {"label", row.name + ": " + row.text}};
    if (row.drawn) value.update({{"low", row.low}, {"mid", row.mid}, {"high", row.high}});
    values.push_back(value);
  }
  spec["data"] = {{"values", values}};
  Json axis{{"title", chart.x_title}, {"grid", true}};
  axis.update(Json::parse(tick_labels(ticks_log10(chart.low, chart.high, 12), chart.x_unit)));
  const Json scale{{"type", "log"}, {"base", 10}, {"domain", {chart.low, chart.high}}, {"nice", false}};
  const auto x = [&](const char* field) {
    return Json{{"field", field}, {"type", "quantitative"}, {"scale", scale}, {"axis", axis}};
  };
  const Json colour{{"field", "group"},
                    {"type", "nominal"},
                    {"scale", Json::parse(colour_scale(chart.groups))},
                    {"legend", Json::parse(legend(chart.group_title, chart.groups.size()))}};
  const std::vector<std::string> names = row_names(chart.rows);
  const Json drawn{{{"filter", "isValid(datum.mid)"}}};
  const Json tooltip{{"field", "label"}};
  Json layers = Json::array();
  layers.push_back({{"transform", drawn},
                    {"mark", {{"type", "rule"}, {"strokeWidth", 3}, {"strokeCap", "round"}}},
                    {"encoding",
                     {{"y", Json::parse(row_channel(names, 0.66))},
                      {"x", x("low")},
                      {"x2", {{"field", "high"}}},
                      {"color", colour},
                      {"tooltip", tooltip}}}});
  layers.push_back(
      {{"transform", drawn},
       {"mark",
        {{"type", "point"},
         {"shape", "diamond"},
         {"filled", false},
         {"fill", paper},
         {"size", 95},
         {"strokeWidth", 2},
         {"opacity", 1}}},
       {"encoding",
        {{"y", Json::parse(row_channel(names, 0.66))}, {"x", x("mid")}, {"color", colour}, {"tooltip", tooltip}}}});
  for (const Json& layer : Json::parse(row_texts(names))) layers.push_back(layer);
  spec["layer"] = layers;
  return spec.dump();
}

std::string share_spec(const std::vector<std::string>& parts, const std::vector<ShareRow>& rows) {
  Json spec = Json::parse(empty_picture(row_height * rows.size()));
  Json values = Json::array(), texts = Json::array();
  for (const ShareRow& row : rows) {
    texts.push_back({{"name", row.name}, {"text", row.text}});
    double start = 0;
    for (const std::string& part : parts) {
      for (const Share& share : row.shares) {
        if (share.part != part) continue;
        values.push_back({{"name", row.name},
                          {"part", part},
                          {"start", start},
                          {"end", start + share.share},
                          {"label", share.label}});
        start += share.share;
      }
    }
  }
  spec["data"] = {{"values", texts}};
  const std::vector<std::string> names = row_names(rows);
  Json axis{{"title", "share of the step at the median"}, {"grid", true}};
  axis["values"] = {0, 0.25, 0.5, 0.75, 1};
  axis["labelExpr"] = "(100 * datum.value) + ' %'";
  const Json x{{"field", "start"}, {"type", "quantitative"}, {"scale", {{"domain", {0, 1}}}}, {"axis", axis}};
  Json layers = Json::array();
  layers.push_back(
      {{"data", {{"values", values}}},
       // A bar ignores bandPosition and stands in the middle of its band.
       {"mark", {{"type", "bar"}, {"size", 14}, {"yOffset", row_height / 6}, {"stroke", paper}, {"strokeWidth", 1}}},
       {"encoding",
        {{"y", Json::parse(row_channel(names, 0.5))},
         {"x", x},
         {"x2", {{"field", "end"}}},
         {"color",
          {{"field", "part"},
           {"type", "nominal"},
           {"scale", Json::parse(colour_scale(parts))},
           {"legend", Json::parse(legend("", std::max<std::size_t>(parts.size(), 2)))}}},
         {"tooltip", {{"field", "label"}}}}}});
  for (const Json& layer : Json::parse(row_texts(names))) layers.push_back(layer);
  spec["layer"] = layers;
  return spec.dump();
}

}  // namespace sextant::analysis
