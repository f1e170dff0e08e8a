// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/break_even.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/model/decode.hpp"
#include "analysis/model/split.hpp"
#include "analysis/sweep/example_space.hpp"
#include "analysis/sweep/sweep_text.hpp"

namespace sextant::analysis {
namespace {

using example::Plain;
using example::PlainSpace;
using testing::HasSubstr;

const std::string bandwidths =
    "[[axis]]\nkey = \"design.memory.bandwidth\"\nlow = \"0.2 TB/s\"\nhigh = \"9 TB/s\"\nsteps = 6\nspacing = "
    "\"log\"\n";

BreakEven only_answer(const Space& space, const BreakEvenOptions& options = {}) {
  const auto asked = questions(space);
  EXPECT_EQ(asked.size(), 1u);
  return break_even(space, asked.at(0), {}, options);
}

// Time is bytes / (bandwidth efficiency): 2 TB/s at 0.5 is 1.25 TB/s at 0.8.
TEST(BreakEven, OfTwoMachinesThatOnlyReadMemoryIsTheRatioOfTheirEfficiencies) {
  const PlainSpace plain({.efficiency = "0.8", .source = "mine"}, {.efficiency = "0.5"}, bandwidths);
  const BreakEven answer = only_answer(plain.space, {.draws = 256});
  EXPECT_EQ(answer.outcome, Outcome::crosses);
  ASSERT_EQ(answer.crossings.size(), 1u);
  const DrawnCrossing& found = answer.crossings[0];
  EXPECT_NEAR(found.crossing.value, 1.25e12, 1e-3 * 1.25e12);
  EXPECT_FALSE(found.crossing.faster_below);
  // Both efficiencies have class T0, log-sd 0.025, and are drawn apart: 1.645 sqrt(2) 0.025 = 0.0582.
  EXPECT_NEAR(std::log(found.draws.p95 / 1.25e12), 0.0582, 0.012);
  EXPECT_NEAR(std::log(1.25e12 / found.draws.p5), 0.0582, 0.012);
  EXPECT_EQ(answer.faster_throughout + answer.slower_throughout, 0);
}

TEST(BreakEven, WhatBothMachinesShareCancels) {
  const PlainSpace plain({.efficiency = "0.5"}, {.efficiency = "0.5"}, bandwidths);
  const BreakEven answer = only_answer(plain.space);
  ASSERT_EQ(answer.crossings.size(), 1u);
  EXPECT_NEAR(answer.crossings[0].crossing.value, 2e12, 1e-3 * 2e12);
  EXPECT_NEAR(answer.crossings[0].draws.p5, 2e12, 1e-3 * 2e12);
  EXPECT_NEAR(answer.crossings[0].draws.p95, 2e12, 1e-3 * 2e12);
}

// bytes / BW_mine + L x = bytes / BW_theirs.
TEST(BreakEven, OfACostOfEveryLayerIsTheTimeThatMemorySavesOverTheLayers) {
  const PlainSpace plain({.bandwidth = "4 TB/s"}, {.bandwidth = "2 TB/s"},
                         "[[axis]]\nkey = \"design.fixed.per_layer\"\nlow = \"0 us\"\nhigh = \"1 ms\"\nsteps = "
                         "3\nspacing = \"linear\"\n");
  const BoundDesign bound = bind(plain.space.against[0], {});
  const Workload workload = workload_at(plain.space, {0, 0, {0}});
  const Step step = decode_step(workload, resolve(median_values(bound), bound.design, bound.curve));
  ASSERT_EQ(workload.model.layers, 32);
  const double wanted = step.bytes() / 0.5 * (1 / 2e12 - 1 / 4e12) / 32;
  const BreakEven answer = only_answer(plain.space);
  ASSERT_EQ(answer.crossings.size(), 1u);
  EXPECT_NEAR(answer.crossings[0].crossing.value, wanted, 2e-3 * wanted);
  EXPECT_TRUE(answer.crossings[0].crossing.faster_below);
}

TEST(BreakEven, WhereOneSideWinsThroughoutItIsSaid) {
  const PlainSpace plain({.bandwidth = "4 TB/s"}, {.bandwidth = "0.1 TB/s"}, bandwidths);
  const BreakEven answer = only_answer(plain.space);
  EXPECT_EQ(answer.outcome, Outcome::faster);
  EXPECT_TRUE(answer.crossings.empty());
  EXPECT_EQ(answer.faster_throughout, 1);
  EXPECT_THAT(sentence(plain.space, answer),
              HasSubstr("mine on llama-3.1-8b-bf16-b1 is faster than theirs for every memory.bandwidth from 200 GB/s"));
  const PlainSpace slow({}, {.bandwidth = "40 TB/s"}, bandwidths);
  EXPECT_EQ(only_answer(slow.space).outcome, Outcome::slower);
}

// A draw that crosses beyond the range counts as beyond it and is not left out.
TEST(BreakEven, AnIntervalThatLeavesTheRangeSaysSo) {
  const std::string narrow =
      "[[axis]]\nkey = \"design.memory.bandwidth\"\nlow = \"1.2 TB/s\"\nhigh = \"1.28 TB/s\"\nsteps = 3\nspacing = "
      "\"linear\"\n";
  const PlainSpace plain({.efficiency = "0.8", .source = "mine"}, {.efficiency = "0.5"}, narrow);
  const BreakEven answer = only_answer(plain.space);
  ASSERT_EQ(answer.crossings.size(), 1u);
  EXPECT_TRUE(std::isinf(answer.crossings[0].draws.p5) && answer.crossings[0].draws.p5 < 0);
  EXPECT_TRUE(std::isinf(answer.crossings[0].draws.p95) && answer.crossings[0].draws.p95 > 0);
  EXPECT_GT(answer.faster_throughout, 0.05);
  EXPECT_GT(answer.slower_throughout, 0.05);
  EXPECT_THAT(sentence(plain.space, answer), HasSubstr("(under 1.20 TB/s to over 1.28 TB/s in 90 % of draws)"));
}

// The cache of every further sequence takes memory; the first batch that no longer fits is lost to the other machine.
TEST(BreakEven, AlongTheBatchMemoryMayDecide) {
  const PlainSpace plain({.bandwidth = "4 TB/s", .capacity = "24 GB"}, {.bandwidth = "2 TB/s"},
                         "[[axis]]\nkey = \"workload.load.batch\"\nvalues = [\"1\", \"64\"]\n");
  const BoundDesign bound = bind(design_at(plain.space, {0, 0, {0}}), {});
  const double most =
      capacity_batch(workload_at(plain.space, {0, 0, {0}}), resolve(median_values(bound), bound.design, bound.curve));
  ASSERT_GT(most, 1);
  ASSERT_LT(most, 64);
  const BreakEven answer = only_answer(plain.space);
  ASSERT_EQ(answer.crossings.size(), 1u);
  EXPECT_EQ(answer.crossings[0].crossing.value, most + 1);
  EXPECT_TRUE(answer.crossings[0].crossing.capacity);
  EXPECT_TRUE(answer.crossings[0].crossing.faster_below);
  EXPECT_THAT(sentence(plain.space, answer), HasSubstr("memory that decides"));
}

TEST(BreakEven, AMissingParameterCostsOnlyThisAnswer) {
  PlainSpace plain({}, {}, bandwidths);
  plain.space.against[0].figures.front().profile = "nobody.measured.this";
  const BreakEven answer = only_answer(plain.space);
  EXPECT_EQ(answer.outcome, Outcome::refused);
  EXPECT_THAT(answer.reason, HasSubstr("nobody.measured.this"));
}

TEST(BreakEven, EveryOtherValueOfTheOtherAxesIsALineOfItsOwn) {
  const PlainSpace plain({.efficiency = "0.8"}, {},
                         bandwidths + "[[axis]]\nkey = \"workload.load.batch\"\nvalues = [\"1\", \"2\", \"4\"]\n");
  // Three lines along the bandwidth, six along the batch.
  EXPECT_EQ(questions(plain.space).size(), 9u);
  EXPECT_EQ(points(plain.space).size(), 18u);
  EXPECT_EQ(situations(plain.space), 3u);
}

TEST(SweptFigure, IsAConditionAndHasNoSpread) {
  const PlainSpace plain({}, {}, bandwidths);
  const Design design = design_at(plain.space, {0, 0, {2}});
  const Figure* figure = swept_figure(design, plain.space.sweep.axes[0]);
  ASSERT_NE(figure, nullptr);
  const double stated = plain.space.sweep.axes[0].numbers[2];
  const BoundFigure bound{*figure, "", {}};
  for (const double share : {0.01, 0.5, 0.99}) EXPECT_EQ(value_at(bound, share, share, 0), stated);
}

}  // namespace
}  // namespace sextant::analysis
