// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/model_form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "analysis/uncertainty/example_profile.hpp"
#include "analysis/uncertainty/paired.hpp"
#include "analysis/uncertainty/project.hpp"
#include "analysis/uncertainty/projection_text.hpp"

namespace sextant::analysis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Projection answer(const char* workload, const char* design, const ProjectionOptions& options = {.draws = 256}) {
  return project(example::workload(workload), example::design(design), example::profile(), options);
}

// Round figures, so that what is added can be told from the spread of the parameters.
Discrepancies example_discrepancies() {
  return {{{results::TransferClass::T1, {0.1, 4}, 40, "model_size"},
           {results::TransferClass::T2, {0.2, 4}, 30, "device"},
           {results::TransferClass::T4, {0.3, 4}, 20, "memory_class"}}};
}

double log_width(const Quantiles& q) { return std::log(q.p95 / q.p5); }

TEST(ModelForm, TheErrorOfTheFormWidensTimeAndRatesByWhatTheTableSays) {
  for (const auto& [workload, design] :
       {std::pair{"llama-3.1-70b-bf16-b1", "h100x8"}, std::pair{"llama-3.1-405b-fp8-b1", "b200x8"},
        std::pair{"llama-3.1-8b-bf16-b1", "stacked_3d"}}) {
    const Projection bare = answer(workload, design, {.draws = 1024});
    const Projection p = answer(workload, design, {.draws = 1024, .discrepancies = example_discrepancies()});
    ASSERT_EQ(p.transfer_class, bare.transfer_class);
    EXPECT_EQ(p.range_only, bare.range_only);
    const Discrepancies table = example_discrepancies();
    const double added = 2 * std::log(discrepancy_factor(
                                 row_for(table, results::transfer_from_name(p.transfer_class))->discrepancy, 0.95));
    // Widths of independent errors add as squares, closely where one of them has the tails of Student's distribution.
    const double both = std::hypot(log_width(bare.time_per_token), added);
    EXPECT_NEAR(log_width(p.time_per_token) / both, 1, 0.07) << design;
    EXPECT_NEAR(log_width(p.tokens_per_second_user) / both, 1, 0.07) << design;
    EXPECT_NEAR(log_width(p.tokens_per_second_total) / both, 1, 0.07) << design;
    EXPECT_NEAR(p.time_per_token.p50 / bare.time_per_token.p50, 1, 1e-9) << design;
    EXPECT_NEAR(p.tokens_per_second_user.p50 / bare.tokens_per_second_user.p50, 1, 1e-9) << design;
    EXPECT_EQ(p.energy_per_token.p95, bare.energy_per_token.p95);
    for (std::size_t i = 0; i < p.phases.size(); ++i) EXPECT_EQ(p.phases[i].seconds.p95, bare.phases[i].seconds.p95);
  }
}

TEST(ModelForm, TheErrorOfTheFormIsSaidAndRanked) {
  const Projection p =
      answer("llama-3.1-405b-fp8-b1", "b200x8", {.draws = 256, .discrepancies = example_discrepancies()});
  ASSERT_EQ(p.transfer_class, "T2");
  EXPECT_THAT(p.assumptions, testing::Contains(AllOf(HasSubstr("a factor of 1.53 either way"), HasSubstr("T2: "),
                                                     HasSubstr("30 predictions"), HasSubstr("device left out"))));
  EXPECT_EQ(p.influences.front().parameter, "model form");
  EXPECT_NEAR(p.influences.front().time_high / p.influences.front().time_low, 1.532 * 1.532, 0.01);
  double sum = 0;
  for (const Influence& influence : p.influences) sum += influence.share;
  EXPECT_NEAR(sum, 1, 0.01);
  EXPECT_EQ(p.parameters.back().path, "model form");
  EXPECT_NEAR(p.parameters.back().value.p95, 1.532, 0.001);
  EXPECT_EQ(p.parameters.back().validity, "extrapolated");
}

TEST(ModelForm, ClassesThatNoRunReachesTakeTheWidestErrorAndSaySo) {
  const ProjectionOptions options{.draws = 64, .discrepancies = example_discrepancies()};
  const Projection p = answer("llama-3.1-405b-fp8-b1", "stacked_3d", options);
  ASSERT_GE(p.transfer_class, "T5");
  EXPECT_THAT(p.assumptions, testing::Contains(AllOf(HasSubstr("of which no run was published: the widest row, T4"),
                                                     HasSubstr("memory class left out"))));
}

TEST(ModelForm, AnEmptyTableAddsNothingAndSaysSo) {
  const Projection p = answer("llama-3.1-405b-fp8-b1", "b200x8");
  EXPECT_THAT(p.assumptions, testing::Contains(HasSubstr("the spread of the parameters alone")));
  for (const Influence& influence : p.influences) EXPECT_NE(influence.parameter, "model form");
  Discrepancies none = example_discrepancies();
  for (DiscrepancyRow& row : none.rows) row.discrepancy.spread = 0;
  const Projection same = answer("llama-3.1-405b-fp8-b1", "b200x8", {.draws = 256, .discrepancies = none});
  EXPECT_EQ(same.time_per_token.p5, p.time_per_token.p5);
  EXPECT_EQ(same.time_per_token.p95, p.time_per_token.p95);
}

TEST(ModelForm, WhatDoesNotFitHasNoErrorOfTheForm) {
  const Projection p =
      answer("llama-3.1-405b-bf16-b1", "h100x8", {.draws = 64, .discrepancies = example_discrepancies()});
  ASSERT_FALSE(p.fits);
  EXPECT_THAT(p.assumptions, testing::Each(testing::Not(HasSubstr("model's form"))));
}

TEST(ModelForm, TheErrorOfTheFormCancelsBetweenDesignsOfOneClassOnly) {
  const auto compared = [](const char* a, const char* b, const Discrepancies& discrepancies) {
    const ProjectionOptions options{.draws = 512, .discrepancies = discrepancies};
    const Workload w = example::workload("llama-3.1-405b-fp8-b1");
    const DrawnProjection first = project_with_draws(w, example::design(a), example::profile(), options);
    const DrawnProjection second = project_with_draws(w, example::design(b), example::profile(), options);
    return std::tuple(paired(first.seconds, second.seconds), first.projection.transfer_class,
                      second.projection.transfer_class);
  };
  const auto [bare, a, b] = compared("low_latency_interconnect", "b200x8", {});
  const auto [same, c, d] = compared("low_latency_interconnect", "b200x8", example_discrepancies());
  ASSERT_EQ(a, b);
  EXPECT_EQ(same.faster, bare.faster);
  EXPECT_NEAR(same.ratio.p5 / bare.ratio.p5, 1, 1e-9);
  EXPECT_NEAR(same.ratio.p95 / bare.ratio.p95, 1, 1e-9);
  const auto [bare_other, e, f] = compared("b200x8", "h100x8", {});
  const auto [other, g, h] = compared("b200x8", "h100x8", example_discrepancies());
  ASSERT_NE(e, f);
  EXPECT_GT(log_width(other.ratio), 1.5 * log_width(bare_other.ratio));
}

TEST(ModelForm, IsPrintedWithWhatElseSpreadsTheTime) {
  const Projection p =
      answer("llama-3.1-405b-fp8-b1", "b200x8", {.draws = 64, .discrepancies = example_discrepancies()});
  const std::string text = explain_text(p);
  EXPECT_THAT(text, testing::ContainsRegex("[0-9]+ % +model form +T2 "));
  EXPECT_THAT(text, HasSubstr("an error of the model's form"));
  const auto document = nlohmann::json::parse(projections_json({p}))["projections"][0];
  EXPECT_EQ(document["influences"][0]["parameter"], "model form");
  EXPECT_EQ(document["parameters"].back()["path"], "model form");
  EXPECT_THAT(document["parameters"].back()["citation"].get<std::string>(), HasSubstr("30 predictions"));
}

}  // namespace
}  // namespace sextant::analysis
