// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/projection_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/uncertainty/example_profile.hpp"
#include "analysis/uncertainty/project.hpp"
#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<Projection>& answers() {
  static const std::vector<Projection> list{
      project(example::workload("llama-3.1-70b-bf16-b1"), example::design("h100x8"), example::profile(), {.draws = 64}),
      project(example::workload("llama-3.1-405b-bf16-b1"), example::design("h100x8"), example::profile(),
              {.draws = 64})};
  return list;
}

TEST(ProjectionText, TheTableGivesIntervalsAndSaysWhatDoesNotFit) {
  const std::string text = table_text(answers());
  EXPECT_THAT(text, AllOf(HasSubstr("llama-3.1-70b-bf16-b1"), HasSubstr(" .. "), HasSubstr("memory bandwidth")));
  EXPECT_THAT(text, HasSubstr("llama-3.1-405b-bf16-b1 on h100x8 does not fit: needs 102 GB"));
  EXPECT_THAT(text, testing::Not(HasSubstr("nan")));
}

TEST(ProjectionText, ARangeStandsAloneWhereClaimsDecide) {
  Projection p = answers()[0];
  p.range_only = true;
  p.time_per_token = {1e-3, 2e-3, 4e-3};
  const std::string text = table_text({p});
  EXPECT_THAT(text, AllOf(HasSubstr("1.00 .. 4.00 ms"), HasSubstr("no single time")));
  EXPECT_THAT(text, testing::Not(HasSubstr("2.00 ms")));
}

TEST(ProjectionText, AProposalIsCalledOneWhateverItsClass) {
  Projection p = answers()[0];
  p.transfer_class = "T2";
  EXPECT_THAT(table_text({p}), testing::Not(HasSubstr("proposed")));
  p.proposed = true;
  EXPECT_THAT(table_text({p}), AllOf(HasSubstr("T2, proposed\n"), HasSubstr("nobody has built")));
  EXPECT_THAT(explain_text(p), HasSubstr("class T2, proposed\n"));
  EXPECT_TRUE(nlohmann::json::parse(projections_json({p}))["projections"][0].at("proposed").get<bool>());
  EXPECT_THAT(projection_csv({p}), HasSubstr(",true,"));
}

// Every figure behind an answer is a record: its distribution, where it comes from, how far it was carried.
TEST(ProjectionText, JsonListsEveryFigureOfTheDesign) {
  const auto design = example::design("hbf");
  const auto p = project(example::workload("llama-3.1-70b-bf16-b1"), design, example::profile(), {.draws = 64});
  const auto parameters = nlohmann::json::parse(projections_json({p}))["projections"][0].at("parameters");
  EXPECT_EQ(parameters.size(), design.figures.size());
  for (const auto& record : parameters) {
    EXPECT_LE(record["value"]["p5"], record["value"]["p95"]) << record["path"];
    EXPECT_FALSE(record["citation"].get<std::string>().empty()) << record["path"];
    EXPECT_FALSE(record["validity"].get<std::string>().empty()) << record["path"];
  }
  const auto record = [&](const char* path) {
    return *std::find_if(parameters.begin(), parameters.end(), [&](const auto& r) { return r["path"] == path; });
  };
  EXPECT_EQ(record("flash.bandwidth")["validity"], "claimed");
  EXPECT_EQ(record("flash.bandwidth")["unit"], "By/s");
  EXPECT_EQ(record("flash.prediction")["validity"], "assumed");
  EXPECT_EQ(record("flash.efficiency")["validity"], "analogue");
  EXPECT_EQ(record("flash.efficiency")["parameter"], "storage.read.bandwidth");
  EXPECT_EQ(record("memory.bandwidth")["validity"], "stated");
}

TEST(ProjectionText, PrefillElsewhereIsExplained) {
  Workload w = example::workload("llama-3.1-70b-bf16-b1");
  w.prefill = {4000, 0.5, 50e9};
  const auto p = project(w, example::design("h100x8"), example::profile(), {.draws = 64});
  EXPECT_THAT(explain_text(p), HasSubstr("prefill elsewhere (4.9): 1.31 GB a prompt, 26.2 ms on the link"));
  const auto handover = nlohmann::json::parse(projections_json({p}))["projections"][0].at("handover");
  EXPECT_DOUBLE_EQ(handover["bytes_per_prompt"], 4000 * 327680.0);
  EXPECT_TRUE(nlohmann::json::parse(projections_json(answers()))["projections"][0].at("handover").is_null());
}

// The lines of the table, without the sentences below it.
std::vector<std::string> table_lines(const std::vector<Projection>& list) {
  std::istringstream text(table_text(list));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line) && line.find("does not fit:") == std::string::npos;)
    lines.push_back(line);
  return lines;
}

TEST(ProjectionText, TheTableNamesAWorkloadOnceAndKeepsGroupsApart) {
  Projection p = answers()[0];
  std::vector<Projection> list{p, p, p, p};
  list[1].design = list[3].design = "other";
  list[2].workload = list[3].workload = "second";
  const std::vector<std::string> lines = table_lines(list);
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_THAT(lines[0], testing::StartsWith("workload"));
  EXPECT_EQ(lines[1], "");
  EXPECT_THAT(lines[2], testing::StartsWith("llama-3.1-70b-bf16-b1  h100x8"));
  EXPECT_THAT(lines[3], testing::StartsWith("                       other"));
  EXPECT_EQ(lines[4], "");
  EXPECT_THAT(lines[5], testing::StartsWith("second                 h100x8"));
}

TEST(ProjectionText, WhatIsShippedFits140ColumnsWithoutExponents) {
  std::vector<Projection> list;
  for (const char* workload : {"gpt-oss-120b-mxfp4-b32", "llama-3.2-1b-int8-b1", "mixtral-8x7b-bf16-b32"}) {
    for (const char* design : {"hbf", "low_latency_interconnect", "pnm", "stacked_3d", "this_machine"})
      list.push_back(project(example::workload(workload), example::design(design), example::profile(), {.draws = 64}));
  }
  for (const std::string& line : table_lines(list)) {
    EXPECT_LE(line.size(), 140u) << line;
    EXPECT_THAT(line, testing::Not(HasSubstr("e+")));
  }
}

TEST(ProjectionText, ARefusalIsSaidOnceForADesign) {
  const results::Profile empty;
  std::vector<Projection> list;
  for (const char* workload : {"llama-3.1-8b-bf16-b1", "qwen3-8b-bf16-b1"}) {
    list.push_back(project_or_refuse(example::workload(workload), example::design("pnm"), empty));
  }
  const std::string text = table_text(list);
  EXPECT_EQ(text.find("refused: design 'pnm'"), text.rfind("refused: design 'pnm'"));
  EXPECT_THAT(text, HasSubstr("refused: design 'pnm'"));
  EXPECT_THAT(explain_text(list[0]), HasSubstr("is refused: design 'pnm'"));
  EXPECT_TRUE(nlohmann::json::parse(projections_json(list))["projections"][0]["time_per_token_s"]["p50"].is_null());
}

TEST(ProjectionText, ExplainGivesEquationParameterSourceAndClass) {
  const std::string text = explain_text(answers()[0]);
  EXPECT_THAT(text, AllOf(HasSubstr("4.1, 4.2"), HasSubstr("QKV projection"),
                          HasSubstr("memory.bandwidth, memory.efficiency"), HasSubstr("4.8"), HasSubstr("all-reduce"),
                          HasSubstr("fixed.per_layer"), HasSubstr("T1"), HasSubstr("assumptions:")));
}

TEST(ProjectionText, JsonFollowsTheContract) {
  const auto document = nlohmann::json::parse(projections_json(answers()));
  ASSERT_EQ(document.at("projections").size(), 2u);
  const auto& first = document["projections"][0];
  for (const char* key : {"workload", "design", "fits", "bound_by", "time_per_token_s", "tokens_per_s_user",
                          "tokens_per_s_total", "phases", "transfer_class", "assumptions"}) {
    EXPECT_TRUE(first.contains(key)) << key;
  }
  EXPECT_GT(first["time_per_token_s"]["p50"].get<double>(), 0);
  EXPECT_TRUE(first["phases"][0]["seconds"].contains("p95"));
  const auto& second = document["projections"][1];
  EXPECT_FALSE(second["fits"].get<bool>());
  EXPECT_TRUE(second["time_per_token_s"]["p50"].is_null());
}

TEST(ProjectionText, CsvReadsBack) {
  const results::TemporaryFolder folder;
  write_projection_csv(folder.path() / "projection.csv", answers());
  const results::CsvTable table = results::read_csv(folder.path() / "projection.csv");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_DOUBLE_EQ(table.number(0, "time_per_token_p50"), answers()[0].time_per_token.p50);
  EXPECT_EQ(table.cell(1, "time_per_token_p50"), "");
  EXPECT_EQ(table.cell(1, "fits"), "false");
}

}  // namespace
}  // namespace sextant::analysis
