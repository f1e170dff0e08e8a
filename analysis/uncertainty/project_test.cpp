// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/uncertainty/example_profile.hpp"
#include "analysis/uncertainty/terms.hpp"

namespace sextant::analysis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Projection answer(const char* workload, const char* design, const std::vector<Override>& overrides = {},
                  ProjectionOptions options = {.draws = 256}) {
  return project(example::workload(workload), example::design(design, overrides), example::profile(), options);
}

TEST(Project, EveryShippedPairHasAnAnswerOrAReason) {
  for (const char* workload :
       {"llama-3.1-8b-bf16-b1", "llama-3.1-405b-fp8-b16", "mixtral-8x7b-bf16-b32", "gpt-oss-120b-mxfp4-b1"}) {
    for (const char* design :
         {"this_machine", "h100x8", "b200x8", "hbf", "pnm", "stacked_3d", "low_latency_interconnect"}) {
      const Projection p = answer(workload, design);
      EXPECT_NE(p.fits, !p.reason.empty()) << workload << " " << design;
      if (!p.fits) {
        EXPECT_TRUE(std::isnan(p.time_per_token.p50));
        EXPECT_EQ(p.bound_by, "capacity");
        continue;
      }
      EXPECT_GT(p.time_per_token.p5, 0);
      EXPECT_LE(p.time_per_token.p5, p.time_per_token.p50);
      EXPECT_LE(p.time_per_token.p50, p.time_per_token.p95);
      EXPECT_NEAR(p.tokens_per_second_user.p50 * p.time_per_token.p50, 1, 0.01);
      EXPECT_NEAR(p.tokens_per_second_total.p50 / p.tokens_per_second_user.p50, p.batch, 1e-6 * p.batch);
    }
  }
}

// A wide band of our own against gross errors (units, a lost factor of the devices); not a published figure.
TEST(Project, BaselineHasAPlausibleOrderOfMagnitude) {
  const Projection p = answer("llama-3.1-70b-bf16-b1", "h100x8");
  EXPECT_GT(p.tokens_per_second_user.p50, 50);
  EXPECT_LT(p.tokens_per_second_user.p50, 150);
  EXPECT_LE(p.transfer_class, "T2");
}

TEST(Project, TermsAreTheStep) {
  for (const char* name : {"h100x8", "hbf", "pnm", "stacked_3d", "this_machine"}) {
    const Workload w = example::workload("gpt-oss-120b-mxfp4-b32");
    const BoundDesign bound = bind(example::design(name), example::profile());
    const Hardware hardware = resolve(median_values(bound), bound.design, bound.curve);
    const Step step = decode_step(w, hardware);
    double sum = 0;
    for (const Term& term : terms(step, w, hardware, bound)) sum += term.seconds;
    EXPECT_NEAR(sum, step.seconds, 1e-9 * step.seconds) << name;
  }
}

TEST(Project, TermsNameWhatDecidesThem) {
  for (const char* design : {"h100x8", "hbf", "pnm"}) {
    const Projection p = answer("mixtral-8x7b-bf16-b32", design);
    double sum = 0;
    for (const Term& term : p.terms) {
      sum += term.seconds;
      EXPECT_FALSE(term.parameter.empty()) << term.name;
      EXPECT_FALSE(term.source.empty()) << term.name;
      EXPECT_FALSE(term.transfer.empty()) << term.name;
    }
    EXPECT_NEAR(sum / p.time_per_token.p50, 1, 0.15) << design;  // the median of draws is not the draw of medians
  }
}

// 405B in BF16 is 811.7 GB; eight H100 lend 72 GB each.
TEST(Project, WhatDoesNotFitSaysByHowMuch) {
  const Projection p = answer("llama-3.1-405b-bf16-b1", "h100x8");
  EXPECT_FALSE(p.fits);
  EXPECT_NEAR(p.capacity_needed, 101.76e9, 0.02e9);
  EXPECT_DOUBLE_EQ(p.capacity_available, 72e9);
  EXPECT_THAT(p.reason,
              AllOf(HasSubstr("needs 102 GB"), HasSubstr("29.8 GB a device"), HasSubstr("238 GB in all, too much")));
  EXPECT_TRUE(answer("llama-3.1-405b-bf16-b1", "b200x8").fits);
}

TEST(Project, ConflictingCapacitiesThatChangeTheVerdictAreSaid) {
  // 405B in BF16 needs 101.8 GB of 172.8 on a B200; a reserve of 41.5 % leaves 112.3 of 192 GB but 105.3 of 180.
  const Projection fits = answer("llama-3.1-405b-bf16-b1", "b200x8", {parse_override("design.memory.reserve=0.46")});
  EXPECT_TRUE(fits.fits);
  EXPECT_THAT(fits.assumptions, testing::Contains(AllOf(HasSubstr("180 GB"), HasSubstr("would not"))));
}

TEST(Project, TheSameSeedGivesTheSameAnswer) {
  const Projection a = answer("llama-3.1-70b-bf16-b1", "hbf"), b = answer("llama-3.1-70b-bf16-b1", "hbf");
  EXPECT_EQ(a.time_per_token.p95, b.time_per_token.p95);
  const Projection c = answer("llama-3.1-70b-bf16-b1", "hbf", {}, {.draws = 256, .seed = 2});
  EXPECT_NE(a.time_per_token.p95, c.time_per_token.p95);
  EXPECT_NEAR(a.time_per_token.p50 / c.time_per_token.p50, 1, 0.02);
}

TEST(Project, ProposedSiliconHasTheWidestInterval) {
  const auto width = [](const Projection& p) { return p.time_per_token.p95 / p.time_per_token.p5; };
  const double baseline = width(answer("llama-3.1-405b-fp8-b1", "h100x8"));
  EXPECT_GT(width(answer("llama-3.1-405b-fp8-b1", "stacked_3d")), 1.2 * baseline);
  EXPECT_GE(answer("llama-3.1-405b-fp8-b1", "stacked_3d").transfer_class, "T5");
}

TEST(Project, AProposalStaysOneWhereKnownFiguresDecide) {
  // The fixed cost of a layer, carried from an H100, decides this one.
  const Projection p = answer("llama-3.1-8b-bf16-b1", "low_latency_interconnect");
  EXPECT_LE(p.transfer_class, "T2");
  EXPECT_TRUE(p.proposed);
  EXPECT_EQ(p.design_title, "8x B200, low-latency links");
  EXPECT_FALSE(answer("llama-3.1-8b-bf16-b1", "b200x8").proposed);
  EXPECT_TRUE(project_or_refuse(example::workload("llama-3.1-8b-bf16-b1"), example::design("pnm"), {}).proposed);
}

// Sixteen stacks reduce over what was measured between eight GPUs: that is no figure of their memory class.
TEST(Project, AStackThatWaitsForItsLinksIsNoNearRelative) {
  EXPECT_GE(answer("llama-3.1-8b-bf16-b1", "stacked_3d").transfer_class, "T4");
}

TEST(Project, ClaimedPeaksAreDeliveredInPart) {
  const auto at = [](const char* design, Slot slot, double prior) {
    const BoundDesign bound = bind(example::design(design), example::profile());
    for (BoundFigure figure : bound.figures) {
      if (figure.figure.slot != slot) continue;
      figure.figure.estimate = results::exactly(1);
      return value_at(figure, 0.5, prior, 0);
    }
    return std::nan("");
  };
  const std::vector<std::pair<const char*, Slot>> claimed{
      {"stacked_3d", slot(0, TierKey::bandwidth)},
      {"stacked_3d", slot(Key::compute_bf16)},
      {"stacked_3d", slot(Key::interconnect_bandwidth)},
      {"low_latency_interconnect", slot(Key::interconnect_bandwidth)},
      {"hbf", slot(1, TierKey::bandwidth)},
      {"pnm", slot(0, TierKey::bandwidth)},
      {"pnm", slot(Key::compute_bf16)}};
  for (const auto& [design, slot] : claimed) {
    EXPECT_NEAR(at(design, slot, 1e-9), 0.6, 1e-4) << design;
    EXPECT_NEAR(at(design, slot, 0.75), 0.9, 1e-9) << design;  // three quarters of (0.6, 0.9, 1.0) lie below its mode
    EXPECT_NEAR(at(design, slot, 1 - 1e-9), 1.0, 1e-4) << design;
  }
  EXPECT_EQ(at("b200x8", slot(0, TierKey::bandwidth), 0.01), 1);
}

TEST(Project, TheClassOfAMisfitIsThatOfTheCapacity) {
  EXPECT_EQ(answer("llama-3.1-405b-bf16-b1", "h100x8").transfer_class, "T0");
  EXPECT_EQ(answer("llama-3.1-405b-bf16-b1", "stacked_3d").transfer_class, "T5");
}

TEST(Project, InfluencesShareTheVariance) {
  const Projection p = answer("llama-3.1-405b-fp8-b1", "hbf");
  double sum = 0;
  for (const Influence& influence : p.influences) sum += influence.share;
  EXPECT_NEAR(sum, 1, 0.01);
  EXPECT_TRUE(std::is_sorted(p.influences.begin(), p.influences.end(),
                             [](const Influence& a, const Influence& b) { return a.share > b.share; }));
}

TEST(Project, AFasterLinkAloneHelpsTheLowLatencyDesign) {
  EXPECT_LT(answer("llama-3.1-70b-bf16-b1", "low_latency_interconnect").time_per_token.p50,
            answer("llama-3.1-70b-bf16-b1", "b200x8").time_per_token.p50);
}

TEST(Project, AnOverrideChangesTheAnswerAndIsSaid) {
  const Projection p = answer("llama-3.1-405b-fp8-b1", "h100x8", {parse_override("design.memory.bandwidth=100 TB/s")});
  EXPECT_LT(p.time_per_token.p50, 0.7 * answer("llama-3.1-405b-fp8-b1", "h100x8").time_per_token.p50);
  EXPECT_THAT(p.assumptions, testing::Contains(HasSubstr("set on the command line")));
}

TEST(Project, AMissingParameterCostsOnlyTheDesignsThatNeedIt) {
  const results::Profile empty;
  const Workload w = example::workload("llama-3.1-8b-bf16-b1");
  const Projection refused = project_or_refuse(w, example::design("pnm"), empty, {.draws = 16});
  EXPECT_THAT(refused.refused, HasSubstr("no parameter"));
  EXPECT_FALSE(refused.fits);
  EXPECT_TRUE(std::isnan(refused.time_per_token.p50));
  EXPECT_EQ(project_or_refuse(w, example::design("h100x8"), empty, {.draws = 16}).refused, "");
}

TEST(Project, WidenedArithmeticIsSaid) {
  EXPECT_THAT(answer("gpt-oss-120b-mxfp4-b1", "h100x8").assumptions,
              testing::Contains(HasSubstr("no fp4 multipliers: operands are widened to fp8")));
}

TEST(Project, SaysWhichDevicesHaveNothingToDo) {
  Workload w = example::workload("llama-3.1-8b-bf16-b1");
  w.search_split = false;
  w.parallelism = {1, 1, 8, 1, 1};
  const Projection alone = project(w, example::design("h100x8"), example::profile(), {.draws = 64});
  EXPECT_EQ(alone.split, "one device, 7 idle");
  EXPECT_NEAR(alone.footprint, alone.capacity_needed, 1);  // seven replicas would keep what nobody asked for
  w.batch = 8;
  EXPECT_EQ(project(w, example::design("h100x8"), example::profile(), {.draws = 64}).split, "data 8");
}

TEST(Project, ALongerContextThanTheModelWasMadeForIsSaid) {
  Workload w = example::workload("llama-3.1-8b-bf16-b1");
  const auto said = [&] {
    const Projection p = project(w, example::design("h100x8"), example::profile(), {.draws = 64});
    return std::any_of(p.assumptions.begin(), p.assumptions.end(),
                       [](const std::string& text) { return text.find("was made for 131072") != std::string::npos; });
  };
  EXPECT_FALSE(said());
  w.context = 200000;
  EXPECT_TRUE(said());
}

// A profile of any origin: published component rows of an H100 stand where this machine's measurements do. The sum of
// kernels is a bound that the figures fitted to whole runs do not beat, and it reads its weights no faster than the peak.
TEST(Project, StandsOnAReferenceProfileToo) {
  const std::filesystem::path tree = SEXTANT_SOURCE_DIR;
  const Design design = read_design(tree / "analysis/designs/variants/h100x8_components.toml", example::catalogue(), {},
                                    tree / "analysis/designs");
  const Workload w = example::workload("llama-3.1-70b-bf16-b1");
  const Projection p = project(w, design, results::read_profile(tree / "results/reference/h100-sxm"), {.draws = 256});
  EXPECT_GT(p.time_per_token.p50, 2 * 70.5e9 / 8 / 3.352e12);
  EXPECT_LT(p.time_per_token.p50, answer("llama-3.1-70b-bf16-b1", "h100x8").time_per_token.p50);
  EXPECT_LE(p.transfer_class, "T1");
  EXPECT_THAT(project_or_refuse(w, design, example::profile()).refused, HasSubstr("has no parameter 'gpu.gemv."));
}

}  // namespace
}  // namespace sextant::analysis
