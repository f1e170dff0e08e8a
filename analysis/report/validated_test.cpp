// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/validated.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/report/contents.hpp"
#include "analysis/report/example_input.hpp"
#include "analysis/report/scatter.hpp"

namespace sextant::analysis {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ValidatedCase measured_case(int number, double ratio, const std::string& memory) {
  ValidatedCase c;
  c.id = "row-" + std::to_string(number);
  c.group = "single";
  c.device = "device-" + std::to_string(number);
  c.family = "engine";
  c.memory = memory;
  c.trust = "A";
  c.measured = 100;
  c.predicted = 100 * ratio;
  c.low = c.predicted / 1.5;
  c.high = c.predicted * 1.5;
  c.transfer_class = "T2";
  c.reason = "learnt from 4 others";
  return c;
}

ValidationView view() {
  ValidationView v;
  for (int i = 0; i < 12; ++i) v.cases.push_back(measured_case(i, 1 + 0.02 * i, i % 2 == 0 ? "HBM3" : "GDDR6"));
  v.cases.push_back(measured_case(12, 0.02, "HBM3"));  // off the axis
  v.cases.push_back(measured_case(13, 3, "HBM3"));
  v.cases.back().trust = "C";
  v.cases.push_back(measured_case(14, NAN, "HBM3"));  // refused
  v.groups = {{"single", "A,B", 14, 1, 0, 0.11, 0.4, 0.1, 0.93, 2.25, "missed: median 11 % above 8 %",
               "memory HBM3: half of it", false},
              {"single", "C", 1, 0, 0, 2, 2, 2, 0, 2.25, "", "", false}};
  v.beside = {{"roofline", "single", 14, 0.7, 3.5}};
  v.parameters = 17;
  v.left_out = "device";
  return v;
}

ReportInput input() {
  ReportInput in = example::input();
  in.validation = view();
  return in;
}

json layer(const std::string& spec, const std::string& mark) {
  const json parsed = json::parse(spec);
  for (const json& one : parsed.at("layer")) {
    if (one.at("mark").at("type") == mark) return one;
  }
  ADD_FAILURE() << "no " << mark;
  return {};
}

TEST(Validated, NothingValidatedLeavesThePageAsItWas) {
  const std::string html = report_html(example::input());
  EXPECT_THAT(html, Not(HasSubstr("id=\"validation\"")));
  EXPECT_TRUE(validated_charts({}).empty());
  std::string with = report_html(input());
  const std::string link = "<li><a href=\"#validation\">Validation</a></li>\n";
  ASSERT_THAT(with, HasSubstr(link));
  with.erase(with.find(link), link.size());
  const std::size_t from = with.find("<h2 id=\"validation\">"), to = with.find("<h2 id=\"parameters\">");
  ASSERT_LT(from, to);
  EXPECT_EQ(with.substr(0, from) + with.substr(to), html);
}

TEST(Validated, EveryChartIsInThePageWithItsTable) {
  const std::string html = report_html(input());
  const auto charts = validated_charts(view());
  ASSERT_EQ(charts.size(), 3u);
  EXPECT_EQ(all_charts(input()).size(), all_charts(example::input()).size() + 3);
  for (const Chart& chart : charts) {
    EXPECT_THAT(html, HasSubstr("id=\"" + chart.id + "\""));
    EXPECT_FALSE(chart.table.rows.empty()) << chart.id;
    EXPECT_FALSE(chart.spec.empty()) << chart.id;
  }
}

TEST(Validated, PredictionsStandAgainstMeasurementsOnOneLogarithmicRange) {
  const Chart chart = validated_charts(view())[0];
  EXPECT_EQ(chart.table.rows.size(), 13u) << "neither refused nor uncurated";
  EXPECT_EQ(chart.table.rows[1][6].text, "+2 %");
  const json point = layer(chart.spec, "point");
  EXPECT_EQ(point["encoding"]["x"]["scale"], point["encoding"]["y"]["scale"]);
  EXPECT_EQ(point["encoding"]["x"]["scale"]["type"], "log");
  EXPECT_EQ(point["encoding"]["color"]["scale"]["domain"], json({"GDDR", "HBM"}));
  EXPECT_EQ(json::parse(chart.spec)["data"]["values"].size(), 13u);
  EXPECT_EQ(layer(chart.spec, "rule")["encoding"]["y2"]["field"], "high");
}

TEST(Validated, ManyCasesAreThinnedAndThePageSaysSo) {
  ValidationView v = view();
  for (int i = 0; i < 700; ++i) v.cases.push_back(measured_case(100 + i, 1, "HBM3"));
  const Chart chart = validated_charts(v)[0];
  EXPECT_LE(chart.table.rows.size(), 300u);
  EXPECT_THAT(chart.note, HasSubstr("of 713 cases are shown"));
}

TEST(Validated, RatesAndTimesDoNotShareAnAxis) {
  ValidationView v = view();
  v.cases[0].unit = results::Unit::second;
  const auto charts = validated_charts(v);
  ASSERT_EQ(charts.size(), 4u);
  EXPECT_NE(charts[0].id, charts[1].id);
}

TEST(Validated, ResidualsKeepWhatIsOffTheAxisAtItsEnd) {
  const Chart chart = validated_charts(view())[1];
  ASSERT_EQ(chart.table.rows.size(), 2u);
  EXPECT_EQ(chart.table.rows[0][0].text, "engine, HBM3");
  EXPECT_EQ(chart.table.rows[0][3].text, "0.02");
  const json dots = layer(chart.spec, "point")["data"]["values"];
  double least = 1;
  for (const json& dot : dots) least = std::min(least, dot["value"].get<double>());
  EXPECT_EQ(least, 0.1);
}

TEST(Validated, CoverageIsHeldAgainstItsBand) {
  const Chart chart = validated_charts(view())[2];
  const json band = layer(chart.spec, "rect")["data"]["values"][0];
  EXPECT_EQ(band["from"], 0.80);
  EXPECT_EQ(band["to"], 0.97);
  EXPECT_EQ(chart.table.rows[0][3].text, "93 %");
  EXPECT_EQ(layer(chart.spec, "point")["data"]["values"][0]["value"], 0.93);
}

TEST(Validated, GroupsHaveTheirVerdictAndCause) {
  const std::string html = validation_section(view());
  EXPECT_THAT(html, AllOf(HasSubstr("17 fitted parameters, each device left out in its turn"),
                          HasSubstr("missed: median 11 % above 8 %"), HasSubstr("memory HBM3: half of it"),
                          HasSubstr("roofline")));
}

TEST(Validated, TheWorstTenAreCuratedAndSayWhy) {
  const HtmlTable table = worst_cases(view());
  ASSERT_EQ(table.rows.size(), 10u);
  EXPECT_EQ(table.rows[0][0].text, "row-12");
  EXPECT_EQ(table.rows[0].back().text, "learnt from 4 others");
  for (const auto& row : table.rows) EXPECT_NE(row[0].text, "row-13");
}

TEST(Validated, HostileTextStaysText) {
  const std::string evil = "</script><script>alert(1)</script><img src=x>\"'&";
  ValidationView v = view();
  for (ValidatedCase& c : v.cases) c.id = c.device = c.family = c.memory = c.reason = evil;
  for (ValidatedGroup& g : v.groups) g.verdict = g.cause = evil;
  v.left_out = v.beside[0].model = evil;
  const std::string html = validation_section(v);
  EXPECT_THAT(html, AllOf(Not(HasSubstr("<script>alert")), Not(HasSubstr("<img"))));
}

}  // namespace
}  // namespace sextant::analysis
