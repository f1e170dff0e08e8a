// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/vega_lite_parts.hpp"

#include <nlohmann/json.hpp>

#include "analysis/report/scale.hpp"
#include "analysis/report/vega_lite.hpp"

namespace sextant::analysis {
namespace {

using Json = nlohmann::ordered_json;

// One look for all charts. The colours are names for the page's style sheet as much as colours (page.css).
Json config() {
  return {{"background", nullptr},
          {"font", "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"},
          {"view", {{"stroke", nullptr}}},
          {"axis",
           {{"domain", false},
            {"ticks", false},
            {"gridColor", grid},
            {"labelColor", muted},
            {"labelFontSize", 11},
            {"labelPadding", 8},
            {"labelOverlap", "greedy"},
            {"labelSeparation", 8},
            {"titleColor", muted},
            {"titleFontSize", 11},
            {"titleFontWeight", "normal"},
            {"titlePadding", 10}}},
          {"legend",
           {{"orient", "top"},
            {"direction", "horizontal"},
            {"labelColor", ink},
            {"labelFontSize", 12},
            {"labelLimit", 0},
            {"titleColor", muted},
            {"titleFontSize", 11},
            {"titleFontWeight", "normal"},
            {"titlePadding", 6},
            {"columnPadding", 16},
            {"rowPadding", 4},
            {"titleOrient", "left"},
            {"symbolOpacity", 1},
            {"symbolSize", 70},
            {"symbolStrokeWidth", 1.5}}}};
}

Json channel(const std::vector<std::string>& names, double place) {
  return {{"field", "name"}, {"type", "nominal"}, {"scale", {{"domain", names}, {"padding", 0}}},
          {"axis", nullptr}, {"sort", nullptr},   {"bandPosition", place}};
}

}  // namespace

std::string empty_picture(std::size_t height) {
  Json spec{{"width", "container"}, {"height", height}};
  spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  spec["padding"] = {{"left", 4}, {"right", 10}, {"top", 4}, {"bottom", 4}};
  spec["config"] = config();
  return spec.dump();
}

std::string tick_labels(const std::vector<double>& ticks, const std::vector<std::string>& texts) {
  const std::string places = Json(ticks).dump();
  return Json{{"values", ticks}, {"labelExpr", Json(texts).dump() + "[indexof(" + places + ", datum.value)]"}}.dump();
}

std::string tick_labels(const std::vector<double>& ticks, results::Unit unit) {
  std::vector<std::string> texts;
  for (const double tick : ticks) texts.push_back(tick_text(tick, unit));
  return tick_labels(ticks, texts);
}

std::string colour_scale(const std::vector<std::string>& names) {
  Json range = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) range.push_back(palette()[i % palette().size()]);
  return Json{{"domain", names}, {"range", range}}.dump();
}

std::string legend(const std::string& title, std::size_t entries, int offset) {
  if (entries < 2) return "null";
  Json out{{"columns", {{"expr", "width < 400 ? 2 : width < 600 ? 3 : 4"}}}};
  out["offset"] = offset;
  out["title"] = title.empty() ? Json(nullptr) : Json(title);
  return out.dump();
}

std::string row_channel(const std::vector<std::string>& names, double place) { return channel(names, place).dump(); }

std::string row_texts(const std::vector<std::string>& names) {
  // On a telephone a long title ends in an ellipsis before it meets the figures, of about 7 px a character.
  const Json room{{"expr", "max(60, width - 12 - 7 * length(datum.text))"}};
  Json layers = Json::array();
  layers.push_back({{"mark",
                     {{"type", "text"},
                      {"align", "left"},
                      {"baseline", "middle"},
                      {"fontSize", 12},
                      {"color", ink},
                      {"limit", room}}},
                    {"encoding", {{"x", {{"value", 0}}}, {"y", channel(names, 0.3)}, {"text", {{"field", "name"}}}}}});
  layers.push_back(
      {{"mark", {{"type", "text"}, {"align", "right"}, {"baseline", "middle"}, {"fontSize", 12}, {"color", muted}}},
       {"encoding", {{"x", {{"value", "width"}}}, {"y", channel(names, 0.3)}, {"text", {{"field", "text"}}}}}});
  return layers.dump();
}

}  // namespace sextant::analysis
