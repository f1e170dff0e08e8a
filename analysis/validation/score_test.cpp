// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/score.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "analysis/validation/example_cases.hpp"
#include "analysis/validation/example_outcomes.hpp"

namespace sextant::analysis {
namespace {

using example::Outcomes;
using testing::HasSubstr;

Verdict verdict(const Outcomes& outcomes) { return verdicts_of(outcomes.list, example::catalogue()).at(0); }
GroupScore score(const Outcomes& outcomes) { return scores_of(outcomes.list).at(0); }

TEST(Score, ErrorBiasCoverageAndWidth) {
  Outcomes o;
  for (const double ratio : {0.9, 1.0, 1.1, 1.2, 1.5}) o.add(ratio);  // intervals of half and double
  const ErrorFigures f = score(o).all;
  EXPECT_EQ(f.n, 5u);
  EXPECT_NEAR(f.median_ape, 0.1, 1e-12);
  EXPECT_NEAR(f.p90_ape, 0.2 + 0.6 * 0.3, 1e-12) << "between order statistics at (n-1)q";
  EXPECT_NEAR(f.bias, 0.1, 1e-12);
  EXPECT_EQ(f.coverage90, 1);
  EXPECT_NEAR(f.median_width, 4, 1e-12);
}

TEST(Score, CoverageCountsWhatLiesInside) {
  Outcomes o;
  o.add(1);
  o.add(3);  // 1.5 to 6 of the measured value
  EXPECT_EQ(score(o).all.coverage90, 0.5);
}

TEST(Score, ARefusalIsAnErrorOfOneAndAnImpossibleRowIsNone) {
  Outcomes o;
  o.add(1);
  o.refuse("nobody knows it");
  o.refuse("nobody knows it");
  o.refuse("beats physics").impossible = true;
  const ErrorFigures f = score(o).all;
  EXPECT_EQ(f.n, 3u);
  EXPECT_EQ(f.refused, 2u);
  EXPECT_EQ(f.impossible, 1u);
  EXPECT_EQ(f.median_ape, 1);
  EXPECT_EQ(f.bias, 0) << "of predicted cases";
  EXPECT_EQ(f.coverage90, 1);
}

TEST(Score, WhatWasFittedOnIsLeftOut) {
  Outcomes o;
  o.add(1.3);
  o.add(1).status = OutcomeStatus::in_sample;
  EXPECT_EQ(score(o).all.n, 1u);
  EXPECT_EQ(score(o).all.in_sample, 1u);
  EXPECT_NEAR(score(o).all.median_ape, 0.3, 1e-12);
}

TEST(Score, UncuratedRowsStandApart) {
  Outcomes o;
  o.add(1.1);
  o.add(2);
  o.cases.back().trust = "C";
  const auto scores = scores_of(o.list);
  ASSERT_EQ(scores.size(), 2u);
  EXPECT_EQ(scores[0].trust, "A,B");
  EXPECT_NEAR(scores[0].all.median_ape, 0.1, 1e-12);
  EXPECT_EQ(scores[1].trust, "C");
  EXPECT_EQ(scores[1].all.median_ape, 1);
}

TEST(Score, OnlyClassesWithOthersAreHeldToTheErrorOfASingleStream) {
  Outcomes o;
  for (int i = 0; i < 20; ++i) o.add(1.02);
  o.add(3).predicted.others = 2;
  o.add(3).predicted.others = 2;
  EXPECT_EQ(score(o).all.n, 22u);
  EXPECT_EQ(score(o).judged.n, 20u);
  EXPECT_NEAR(score(o).judged.p90_ape, 0.02, 1e-12);
}

TEST(Score, KernelsAreHeldToTheirErrorOnSeenDevices) {
  Outcomes o;
  for (int i = 0; i < 10; ++i) {
    o.add(i == 0 ? 3 : 1.5).predicted.transfer = results::TransferClass::T2;
    o.cases.back().group = Group::gemm;
  }
  EXPECT_FALSE(verdict(o).reached);
  EXPECT_EQ(verdict(o).text, "not judged: no case of devices that were seen");
  for (Outcome& outcome : o.list) outcome.predicted.transfer = results::TransferClass::T1;
  EXPECT_EQ(verdict(o).text, "missed: median 50 % above 10 %");
}

Outcomes good() {
  Outcomes o;
  for (int i = 0; i < 18; ++i) o.add(1.05, 1.5);
  o.add(1.6, 1.5);  // outside of its interval: a coverage of 90 %
  o.add(0.5, 1.5);
  return o;
}

TEST(Verdict, Reached) {
  EXPECT_EQ(verdict(good()).text, "reached");
  EXPECT_EQ(verdict(good()).cause, "");
}

TEST(Verdict, IntervalsThatHoldEverythingAreNoIntervals) {
  Outcomes o;
  for (int i = 0; i < 40; ++i) o.add(1.01, 1.5);
  EXPECT_EQ(verdict(o).text, "missed: coverage 100 % above 97 %");
}

TEST(Verdict, WideIntervalsAndRefusalsAreMisses) {
  Outcomes o = good();
  for (Outcome& outcome : o.list) outcome.predicted.high *= 2;
  for (int i = 0; i < 3; ++i) o.refuse("no engine 'x'");
  const Verdict v = verdict(o);
  EXPECT_THAT(v.text, HasSubstr("width 4.50 above 2.50"));
  EXPECT_THAT(v.text, HasSubstr("13 % refused above 5 %"));
  EXPECT_THAT(v.cause, HasSubstr("3 times: no engine 'x'"));
}

TEST(Verdict, NamesTheClassThatHoldsTheError) {
  Outcomes o = good();
  for (int i = 0; i < 12; ++i) {
    o.add(1.4, 1.5);
    example::decoding(o.cases.back()).family = "slow engine";
  }
  const Verdict v = verdict(o);
  EXPECT_FALSE(v.reached);
  EXPECT_THAT(v.text, HasSubstr("90th percentile 40 % above 35 %"));
  EXPECT_THAT(v.cause, HasSubstr("software slow engine: 38 % of the rows hold"));
  EXPECT_THAT(v.cause, HasSubstr("they come out 40 % too high"));
  EXPECT_EQ(v.cause.find("slow engine"), v.cause.rfind("slow engine")) << "named once";
}

TEST(Verdict, NamesNoClassWhereAllRowsAreAlike) {
  Outcomes o;
  for (int i = 0; i < 20; ++i) o.add(1.5, 1.6);
  EXPECT_THAT(verdict(o).cause, HasSubstr("no class of rows"));
}

TEST(Score, AClassIsReadFromTheCatalogue) {
  const Case c = example::decode_case();
  EXPECT_EQ(device_class_of(c, example::catalogue()), "NVIDIA dc-gpu");
  EXPECT_EQ(memory_of(c, example::catalogue()), "HBM3");
  EXPECT_EQ(family_of(c), "llama.cpp CUDA");
}

}  // namespace
}  // namespace sextant::analysis
