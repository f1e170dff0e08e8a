// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/sweep/example_space.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using example::PlainSpace;
using testing::HasSubstr;

const std::string axes =
    "[[axis]]\nkey = \"design.memory.bandwidth\"\nvalues = [\"1 TB/s\", \"3 TB/s\"]\n"
    "[[axis]]\nkey = \"workload.load.batch\"\nvalues = [\"1\", \"2\"]\n";

TEST(SweepText, APointHasItsAxesItsProjectionAndEveryBaseline) {
  const PlainSpace plain({}, {}, axes);
  const ProjectionOptions options{.draws = 32};
  const BaselineDraws baselines = baseline_draws(plain.space, {}, options);
  std::string text = point_header(plain.space);
  for (const SpacePoint& point : points(plain.space))
    text += point_row(plain.space, answer_at(plain.space, point, baselines, {}, options));
  const results::CsvTable table = results::parse_csv(text, "points.csv");
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.number(0, "design.memory.bandwidth"), 1e12);
  EXPECT_EQ(table.number(1, "workload.load.batch"), 2);
  // The baseline reads 2 TB/s with the same efficiency: twice the time at 1 TB/s in every draw, 2/3 of it at 3 TB/s.
  EXPECT_NEAR(table.number(0, "time_ratio_theirs_p5"), 2, 1e-4);
  EXPECT_NEAR(table.number(0, "time_ratio_theirs_p95"), 2, 1e-4);
  EXPECT_EQ(table.number(0, "faster_than_theirs"), 0);
  EXPECT_NEAR(table.number(3, "time_ratio_theirs_p50"), 2.0 / 3, 1e-4);
  EXPECT_EQ(table.number(3, "faster_than_theirs"), 1);
  EXPECT_EQ(table.cell(0, "fits"), "true");
  EXPECT_EQ(table.cell(0, "energy_per_token_p50"), "");  // the design does not say where power goes
}

TEST(SweepText, WhatDoesNotFitHasEmptyCellsAndAReason) {
  const PlainSpace plain({.capacity = "1 GB"}, {}, axes);
  const ProjectionOptions options{.draws = 16};
  const Answer answer =
      answer_at(plain.space, points(plain.space)[0], baseline_draws(plain.space, {}, options), {}, options);
  const results::CsvTable table =
      results::parse_csv(point_header(plain.space) + point_row(plain.space, answer), "points.csv");
  EXPECT_EQ(table.cell(0, "fits"), "false");
  EXPECT_EQ(table.cell(0, "time_per_token_p50"), "");
  EXPECT_EQ(table.cell(0, "time_ratio_theirs_p50"), "");
  EXPECT_THAT(table.cell(0, "reason"), HasSubstr("too much"));
}

BreakEven two_crossings() {
  BreakEven answer;
  answer.question = {{0, 0, {0, 1}}, 0, 0};
  answer.outcome = Outcome::crosses;
  answer.draws = 64;
  answer.crossings = {{{1.5e12, false, false}, {1.25e12, 1.5e12, 2e12}},
                      {{2.5e12, true, false}, {2.25e12, 2.5e12, std::numeric_limits<double>::infinity()}}};
  return answer;
}

TEST(SweepText, SeveralCrossingsAreOneSentenceAndARowEach) {
  const PlainSpace plain({}, {}, axes);
  const BreakEven answer = two_crossings();
  EXPECT_EQ(sentence(plain.space, answer),
            "mine on llama-3.1-8b-bf16-b1 with load.batch 2 is faster than theirs while memory.bandwidth is above 1.50 "
            "TB/s (1.25 TB/s to 2.00 TB/s in 90 % of draws) and below 2.50 TB/s (2.25 TB/s to over 3.00 TB/s in 90 % "
            "of draws)");
  const results::CsvTable table =
      results::parse_csv(break_even_header(plain.space) + break_even_rows(plain.space, answer), "b.csv");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.number(0, "break_even"), 1.5e12);
  EXPECT_EQ(table.cell(0, "faster"), "above");
  EXPECT_EQ(table.cell(1, "break_even_p95"), "");  // beyond the range
  EXPECT_EQ(table.cell(1, "design.memory.bandwidth"), "");
  EXPECT_EQ(table.number(1, "workload.load.batch"), 2);
  EXPECT_EQ(table.cell(1, "unit"), "By/s");
}

TEST(SweepText, WhatRestsOnAssumedFiguresIsARangeOnly) {
  const PlainSpace plain({}, {}, axes);
  BreakEven answer = two_crossings();
  answer.range_only = true;
  EXPECT_THAT(sentence(plain.space, answer), HasSubstr("above a value between 1.25 TB/s and 2.00 TB/s"));
  EXPECT_THAT(sentence(plain.space, answer), testing::Not(HasSubstr("1.50")));
}

TEST(SweepText, JsonHoldsPointsAndBreakEvens) {
  const PlainSpace plain({}, {}, axes);
  const auto document = nlohmann::json::parse(sweep_json(plain.space, {}, {two_crossings()}, {"a.csv", "a.b.csv"}));
  EXPECT_EQ(document.at("break_even").at(0).at("crossings").size(), 2u);
  EXPECT_TRUE(document["break_even"][0]["crossings"][1]["draws"]["p95"].is_null());
  EXPECT_EQ(document.at("break_even_output"), "a.b.csv");
}

TEST(InParallel, DoesEverythingOnceAndPassesOnTheFirstFailure) {
  std::vector<std::atomic<int>> done(100);
  in_parallel(done.size(), [&](std::size_t i) { ++done[i]; });
  for (const auto& count : done) EXPECT_EQ(count, 1);
  in_parallel(0, [](std::size_t) { FAIL(); });
  EXPECT_THROW(in_parallel(10,
                           [](std::size_t i) {
                             if (i == 3) throw std::runtime_error("three");
                           }),
               std::runtime_error);
}

}  // namespace
}  // namespace sextant::analysis
