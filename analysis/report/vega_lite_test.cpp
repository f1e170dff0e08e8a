// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/vega_lite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace sextant::analysis {
namespace {

using nlohmann::json;
using results::Unit;

CurveChart curve() {
  CurveChart chart;
  chart.x_title = "footprint";
  chart.y_title = "bandwidth";
  chart.x_unit = Unit::byte;
  chart.y_unit = Unit::byte_per_second;
  chart.series = {"1", "2"};
  chart.points = {{4096, 1e11, 9e10, 1.1e11, "1", "first", true},
                  {8192, 5e10, 4.9e10, 5.1e10, "1", "second", true},
                  {1048576, 5e9, NAN, NAN, "2", "third", false}};
  return chart;
}

std::vector<json> layers_with_mark(const json& spec, const std::string& type) {
  std::vector<json> found;
  for (const json& layer : spec.at("layer")) {
    if (layer.at("mark").at("type") == type) found.push_back(layer);
  }
  return found;
}

TEST(CurveSpec, ByteAxisIsLogarithmicToBaseTwoWithOurLabels) {
  const json spec = json::parse(curve_spec(curve()));
  const json x = layers_with_mark(spec, "line").front().at("encoding").at("x");
  EXPECT_EQ(x.at("type"), "quantitative");
  EXPECT_EQ(x.at("scale").at("type"), "log");
  EXPECT_EQ(x.at("scale").at("base"), 2);
  EXPECT_EQ(x.at("axis").at("values").front(), 4096);
  EXPECT_THAT(x.at("axis").at("labelExpr").get<std::string>(), testing::HasSubstr("\"4 KiB\""));
  EXPECT_EQ(x.at("axis").at("title"), "footprint");
}

TEST(CurveSpec, ValueAxisTurnsLogarithmicOnlyWhereSmallValuesWouldVanish) {
  CurveChart chart = curve();
  const auto scale = [](const CurveChart& c) {
    return layers_with_mark(json::parse(curve_spec(c)), "line").front().at("encoding").at("y").at("scale");
  };
  EXPECT_EQ(scale(chart).at("type"), "log");
  chart.points.pop_back();
  EXPECT_EQ(scale(chart).at("type"), "linear");
  EXPECT_EQ(scale(chart).at("domain").front(), 0.0);
}

TEST(CurveSpec, IntervalsAreRulesAndMissingOnesAreNotInvented) {
  const json spec = json::parse(curve_spec(curve()));
  EXPECT_TRUE(layers_with_mark(spec, "errorband").empty());
  const json rule = layers_with_mark(spec, "rule").front();
  EXPECT_EQ(rule.at("encoding").at("y").at("field"), "low");
  EXPECT_EQ(rule.at("encoding").at("y2").at("field"), "high");
  const json values = spec.at("data").at("values");
  EXPECT_EQ(values[0].at("low"), 9e10);
  EXPECT_FALSE(values[2].contains("low"));
}

TEST(CurveSpec, BoundsAndClaimsAreDrawnAndInsideTheAxis) {
  CurveChart chart = curve();
  chart.bounds = {{4e11, "peak"}};
  chart.marks = {{8192, "L1 as stated"}};
  const json spec = json::parse(curve_spec(chart));
  const auto rules = layers_with_mark(spec, "rule");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].at("data").at("values")[0].at("at"), 8192);
  EXPECT_EQ(rules[1].at("data").at("values")[0].at("at"), 4e11);
  const json domain = layers_with_mark(spec, "line").front().at("encoding").at("y").at("scale").at("domain");
  EXPECT_GT(domain[1], 4e11);
}

IntervalChart intervals() {
  IntervalChart chart;
  chart.low = 1;
  chart.high = 1000;
  chart.groups = {"near", "proposed"};
  chart.rows = {{"a", "10 (8 to 12)", 8, 10, 12, "near", true}, {"b", "does not fit", 0, 0, 0, "proposed", false}};
  return chart;
}

TEST(IntervalSpec, ProjectedMarksAreNeverMeasuredMarks) {
  const json measured = json::parse(curve_spec(curve()));
  const json projected = json::parse(interval_spec(intervals()));
  for (const json& layer : layers_with_mark(projected, "point")) EXPECT_EQ(layer.at("mark").at("shape"), "diamond");
  for (const json& layer : layers_with_mark(measured, "point")) {
    for (const json& shape : layer.at("encoding").at("shape").at("scale").at("range")) EXPECT_NE(shape, "diamond");
  }
}

TEST(IntervalSpec, RowsKeepTheirOrderAndWhatDoesNotFitHasNoMark) {
  const json spec = json::parse(interval_spec(intervals()));
  EXPECT_FALSE(spec.at("data").at("values")[1].contains("mid"));
  EXPECT_EQ(spec.at("data").at("values")[1].at("text"), "does not fit");
  for (const json& layer : spec.at("layer")) {
    EXPECT_EQ(layer.at("encoding").at("y").at("scale").at("domain"), json({"a", "b"}));
  }
  const json x = layers_with_mark(spec, "point").front().at("encoding").at("x");
  EXPECT_EQ(x.at("scale").at("type"), "log");
  EXPECT_EQ(x.at("scale").at("domain"), json({1.0, 1000.0}));
}

TEST(ShareSpec, PartsAreStackedInOneOrderToTheWhole) {
  const json spec =
      json::parse(share_spec({"weights", "cache"}, {{"a", "1 ms", {{"cache", 0.25, ""}, {"weights", 0.75, ""}}}}));
  const json bars = layers_with_mark(spec, "bar").front();
  const json values = bars.at("data").at("values");
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].at("part"), "weights");
  EXPECT_EQ(values[0].at("start"), 0.0);
  EXPECT_EQ(values[1].at("start"), values[0].at("end"));
  EXPECT_EQ(values[1].at("end"), 1.0);
}

TEST(Specs, FillTheirContainerAndLoadNothing) {
  for (const std::string& text :
       {curve_spec(curve()), interval_spec(intervals()), share_spec({"a"}, {{"x", "", {{"a", 1, ""}}}})}) {
    const json spec = json::parse(text);
    EXPECT_EQ(spec.at("width"), "container");
    EXPECT_TRUE(spec.at("config").at("background").is_null());
    EXPECT_EQ(text.find("http"), std::string::npos);
    EXPECT_EQ(text.find("\"url\""), std::string::npos);
  }
}

TEST(Palette, HasNoColourTwice) {
  EXPECT_EQ(std::set<std::string>(palette().begin(), palette().end()).size(), palette().size());
}

}  // namespace
}  // namespace sextant::analysis
