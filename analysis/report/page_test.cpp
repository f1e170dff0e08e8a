// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "analysis/report/answer.hpp"
#include "analysis/report/contents.hpp"
#include "analysis/report/example_input.hpp"
#include "analysis/report/projected.hpp"
#include "analysis/report/report.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

// The page without its style and scripts.
std::string content(const std::string& html) {
  const std::size_t from = html.find("<body>");
  std::string body = html.substr(from);
  for (std::size_t at = body.find("<script"); at != std::string::npos; at = body.find("<script", at)) {
    body.erase(at, body.find("</script>", at) + 9 - at);
  }
  return body;
}

TEST(Report, SaysTheAnswerWithItsIntervalAndTheMachineFirst) {
  const std::string html = content(report_html(example::input()));
  const std::string first = html.substr(0, html.find("<main>"));
  EXPECT_THAT(first, HasSubstr("How fast would 2 workloads decode on 2 designs?"));
  EXPECT_THAT(first, HasSubstr("240 to 375 tokens/s"));
  EXPECT_THAT(first, HasSubstr("(T5, proposed, a range only)"));
  EXPECT_THAT(first, HasSubstr("Example 9000"));
  EXPECT_THAT(first, HasSubstr("8 GiB"));
  EXPECT_THAT(first, HasSubstr("numbers are of the guest"));
  EXPECT_THAT(first, HasSubstr("<dd>quick</dd>"));
  EXPECT_THAT(first, HasSubstr("60.0 GB short"));
}

TEST(Report, EveryChartIsFollowedByItsTable) {
  const ReportInput input = example::input();
  const std::string html = report_html(input);
  const auto charts = all_charts(input);
  EXPECT_EQ(charts.size(), 6u);  // two for each workload, memory.read, sync.barrier
  for (const Chart& chart : charts) {
    const std::size_t at = html.find("id=\"" + chart.id + "\"");
    ASSERT_NE(at, std::string::npos) << chart.id;
    const std::string section = html.substr(at, html.find("</section>", at) - at);
    EXPECT_EQ(count(section, "<table>"), 1u) << chart.id;
    EXPECT_EQ(count(section, "<figure>"), chart.spec.empty() || !charts_built() ? 0u : 1u) << chart.id;
    EXPECT_FALSE(chart.table.rows.empty()) << chart.id;
  }
}

TEST(Report, MeasuredTableHoldsTheMediansOfFilledExtraColumns) {
  ReportInput input = example::input();
  results::Run& run = input.runs.front();
  run.tables[0].extras = {{"best_bandwidth", results::Unit::byte_per_second, ""}, {"joules", results::Unit::joule, ""}};
  for (results::Sample& sample : run.measurements[0].samples) {
    sample.extras = {1e9 * (1 + sample.repetition), results::not_available};
  }
  const HtmlTable table = all_charts(input)[4].table;
  const auto column = std::find(table.header.begin(), table.header.end(), "best_bandwidth") - table.header.begin();
  ASSERT_LT(std::size_t(column), table.header.size());
  EXPECT_EQ(table.rows[0][std::size_t(column)].text, "6.50 GB/s");
  EXPECT_EQ(table.rows[1][std::size_t(column)].text, "");
  EXPECT_EQ(std::count(table.header.begin(), table.header.end(), "joules"), 0);  // nobody gave any
}

TEST(Report, MeasuredTableHoldsEveryPointWithIntervalAndStatus) {
  const auto charts = all_charts(example::input());
  const Chart& read = charts[4];
  EXPECT_EQ(read.id, "memory-read");
  EXPECT_EQ(read.table.rows.size(), 12u);
  EXPECT_EQ(read.table.rows[0][0].text, "64 KiB");
  EXPECT_EQ(read.table.rows[0][1].text, "1");
  EXPECT_THAT(read.table.rows[0][2].text, HasSubstr("GB/s"));
  EXPECT_THAT(read.table.rows[0][3].text, HasSubstr(" to "));
  EXPECT_THAT(read.spec, HasSubstr("L2 as stated"));
  EXPECT_THAT(read.spec, HasSubstr("datasheet peak"));
  EXPECT_TRUE(charts[5].spec.empty());  // one place is no curve
}

TEST(Report, LoadsNothing) {
  const std::string html = report_html(example::input());
  EXPECT_FALSE(std::regex_search(content(html), std::regex("(src|href)\\s*=\\s*[\"']?\\s*(https?:)?//")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
}

TEST(Report, EveryScriptElementEndsWhereItShould) {
  const std::string html = report_html(example::input());
  EXPECT_EQ(count(html, "<script"), count(html, "</script>"));
  EXPECT_EQ(count(html, "<script>"), charts_built() ? 3u : 0u);
}

TEST(Report, HostileTextStaysText) {
  const std::string evil = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"'&";
  ReportInput input = example::input();
  const std::string plain = report_html(input);
  input.question = input.version = input.generated = evil;
  input.profile.machine = evil;
  for (auto& p : input.profile.parameters) p.name = p.evidence = p.assumption = p.validity = evil;
  input.profile.parameters[1].refused = evil;
  for (auto& p : input.projections) {
    p.workload = p.design = p.design_title = p.reason = p.bound_by = p.transfer_class = evil;
    p.assumptions = {evil};
    for (auto& phase : p.phases) phase.name = evil;
  }
  input.bounds[0].label = evil;
  results::Run& run = input.runs[0];
  run.provenance.machine = run.provenance.run_id = run.provenance.mode = run.provenance.source = evil;
  run.provenance.environment = {{evil, evil}, {"cpu.model", evil}, {"memory.total", evil}};
  run.provenance.warnings = {evil};
  for (auto& m : run.measurements) m.reason = evil;
  run.measurements.push_back(example::measurement(evil, {{evil, evil}}, {evil, results::Unit::second}, 1));
  const std::string html = report_html(input);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_EQ(count(html, "<script>"), count(plain, "<script>"));
}

TEST(Report, ARefusedDesignIsNotSaidNotToFit) {
  ReportInput input = example::input();
  for (Projection& p : input.projections) {
    if (p.design != "proposed") continue;
    p.fits = false;
    p.refused = p.reason = "nobody measured its flash";
    p.bound_by = "refused";
    p.capacity_needed = p.capacity_available = NAN;
    p.tokens_per_second_user = p.tokens_per_second_total = p.time_per_token = {NAN, NAN, NAN};
  }
  const std::string html = content(report_html(input));
  EXPECT_THAT(html, HasSubstr("nobody measured its flash"));
  EXPECT_THAT(html, HasSubstr("<td>proposed</td><td>refused</td>"));
  EXPECT_THAT(html, HasSubstr("1 of 2 designs cannot hold this workload."));
  EXPECT_THAT(html, Not(HasSubstr("2 of 2 designs cannot hold this workload.")));
}

TEST(Report, NothingToShowStillMakesAPageThatSaysSo) {
  const std::string html = content(report_html({}));
  EXPECT_THAT(html, HasSubstr("Nothing was asked"));
  EXPECT_THAT(html, HasSubstr("nothing to show yet"));
  EXPECT_THAT(html, HasSubstr("No profile was given"));
  EXPECT_THAT(html, HasSubstr("No run was given"));
}

TEST(Report, ARunOfSkipsGivesItsReasons) {
  ReportInput input;
  input.runs = {example::run()};
  auto& measurements = input.runs[0].measurements;
  measurements.erase(measurements.begin(), measurements.end() - 1);
  const std::string html = content(report_html(input));
  EXPECT_THAT(html, HasSubstr("None of 1 point could be measured here"));
  EXPECT_THAT(html, HasSubstr("No device is present."));
  EXPECT_THAT(html, HasSubstr("No point of this run has a sample."));
}

TEST(Report, TwoRunsDoNotShareIds) {
  ReportInput input = example::input();
  input.runs.push_back(example::run());
  const std::string html = report_html(input);
  EXPECT_EQ(count(html, "id=\"run1-memory-read\""), 1u);
  EXPECT_EQ(count(html, "id=\"run2-memory-read\""), 1u);
}

TEST(Report, IsTheSameForTheSameInput) { EXPECT_EQ(report_html(example::input()), report_html(example::input())); }

TEST(Report, ColoursParametersBySourceAndKeepsRefusedApart) {
  const std::string html = content(report_html(example::input()));
  EXPECT_THAT(html, HasSubstr("<span class=\"badge source-fitted\">fitted</span>"));
  EXPECT_THAT(html, HasSubstr("Not identified (1)"));
  EXPECT_THAT(html, HasSubstr("Two sizes are too few."));
}

TEST(Answer, TheMatrixGivesTheMedianWithItsRangeOrTheRangeAlone) {
  auto projections = example::projections();
  projections[0].tokens_per_second_user = {1000.4, 1287.3, 1601};
  projections[1].design_title = projections[3].design_title = "A <title>";
  const std::string table = answer_table(projections);
  EXPECT_THAT(table, HasSubstr("<b>1290</b><small>1000 to 1600 <i>T2</i></small>"));
  EXPECT_THAT(table, HasSubstr("<b>240 to 375</b><small>range only <i>T5</i></small>"));
  EXPECT_THAT(table, HasSubstr("title=\"proposed\">A &lt;title&gt;<em>proposed</em></th>"));
  EXPECT_THAT(table, HasSubstr("title=\"baseline\">baseline</th>"));
  EXPECT_THAT(table, HasSubstr("does not fit<small>60.0 GB short</small>"));
  EXPECT_THAT(table, HasSubstr("<td>T5, proposed</td>"));  // the folded table below
}

TEST(Answer, DesignsThatShareATitleKeepTheirNames) {
  auto projections = example::projections();
  for (Projection& p : projections) p.design_title = "one title";
  EXPECT_EQ(label_of(projections[0], projections), "baseline");
  projections[1].design_title = projections[3].design_title = "another";
  EXPECT_EQ(label_of(projections[0], projections), "one title");
}

TEST(Answer, NothingFits) {
  auto projections = example::projections();
  for (Projection& p : projections) p.fits = false;
  EXPECT_THAT(answer_sentence(projections), HasSubstr("None of the designs"));
}

}  // namespace
}  // namespace sextant::analysis
