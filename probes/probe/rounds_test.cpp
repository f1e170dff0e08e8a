// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/rounds.hpp"

#include <gtest/gtest.h>

namespace sextant::probes {
namespace {

results::Measurement with_times(int n, int launches, double spread, double seconds = 0.1) {
  results::Measurement measurement;
  measurement.quantity = {"latency", results::Unit::second};
  for (int i = 0; i < n; ++i) {
    results::Sample sample;
    sample.seconds = seconds * (1 + spread * (i % 2 ? 1 : -1));
    sample.operations = 1;
    sample.launch = i % launches;
    measurement.samples.push_back(sample);
  }
  return measurement;
}

TEST(Rounds, TotalsDoubleUpToTheCap) {
  const StoppingRule rule;
  EXPECT_EQ(samples_after(0, rule), 10);
  EXPECT_EQ(samples_after(3, rule), 80);
  EXPECT_EQ(samples_after(40, rule), 640);
}

// `n` samples in each of ten launches, scattered by `between` from launch to launch and by `within` inside one.
results::Measurement with_launches(int n, double between, double within) {
  results::Measurement measurement;
  measurement.quantity = {"latency", results::Unit::second};
  for (int i = 0; i < 10 * n; ++i) {
    results::Sample sample;
    sample.launch = i % 10;
    sample.seconds = 0.1 * (1 + between * (sample.launch % 2 ? 1 : -1) + within * (i / 10 % 2 ? 1 : -1));
    sample.operations = 1;
    measurement.samples.push_back(sample);
  }
  return measurement;
}

TEST(Rounds, LaunchesDoubleWhereTheVarianceLiesBetweenThem) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  EXPECT_EQ(next_launches(with_launches(4, 0.10, 0.01), rule, 10), 10);
  EXPECT_EQ(next_launches(with_launches(4, 0.01, 0.10), rule, 10), 5);
  EXPECT_EQ(next_launches(with_launches(4, 0.12, 0.09), rule, 10), 10);
  EXPECT_EQ(next_launches(with_launches(4, 0.09, 0.10), rule, 10), 5);
}

TEST(Rounds, LaunchesDoNotDoubleWhereNothingIsKnownOfTheirVariance) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  EXPECT_EQ(next_launches(with_launches(1, 0.10, 0), rule, 10), 5);  // one sample each
  EXPECT_EQ(next_launches(with_launches(4, 0, 0), rule, 10), 5);     // no variance at all
  EXPECT_EQ(next_launches({}, rule, 10), 5);
}

TEST(Rounds, WarmUpsDoNotEnterTheVarianceBetweenLaunches) {
  auto measurement = with_launches(4, 0.01, 0.10);
  for (auto warmup : with_launches(40, 0.5, 0).samples) {
    warmup.stage = results::Stage::warmup;
    measurement.samples.push_back(warmup);
  }
  EXPECT_EQ(next_launches(measurement, stopping_rule("standard", 0.01), 10), 5);
}

TEST(Rounds, ConstantTimesConvergeAtTheFirstLook) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  EXPECT_TRUE(judge(with_times(10, 5, 0), rule).converged);
}

TEST(Rounds, TooFewLaunchesOrTooLittleTimeIsNotEnough) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  EXPECT_FALSE(judge(with_times(10, 2, 0), rule).converged);
  EXPECT_FALSE(judge(with_times(10, 5, 0, 1e-3), rule).converged);
}

TEST(Rounds, AWideIntervalGoesOnUntilTheCap) {
  StoppingRule rule = stopping_rule("quick", 0.01);
  EXPECT_FALSE(judge(with_times(20, 3, 0.2), rule).done);
  rule.most_samples = 20;
  EXPECT_TRUE(judge(with_times(20, 3, 0.2), rule).done);
  EXPECT_FALSE(judge(with_times(20, 3, 0.2), rule).converged);
}

TEST(Rounds, TheReasonSaysWhatWasReachedAndWhySamplingEnded) {
  const StoppingRule rule = stopping_rule("quick", 0.01);
  auto measurement = with_times(20, 3, 0.2);
  conclude(measurement, rule, "the time budget was spent");
  EXPECT_EQ(measurement.status, results::Status::not_converged);
  EXPECT_EQ(measurement.reason, "the time budget was spent: interval +-20.0 %, wanted +-1.0 %");
}

TEST(Rounds, FiveSamplesHaveNoIntervalAndSaySo) {
  auto measurement = with_times(5, 5, 0);
  conclude(measurement, stopping_rule("standard", 0.01), "");
  EXPECT_EQ(measurement.reason, "too few samples for an interval");
}

TEST(Rounds, AFailureStaysAFailure) {
  auto measurement = with_times(10, 5, 0);
  measurement.status = results::Status::failed;
  measurement.reason = "one element is wrong";
  conclude(measurement, stopping_rule("standard", 0.01), "");
  EXPECT_EQ(measurement.status, results::Status::failed);
  EXPECT_EQ(measurement.reason, "one element is wrong");
}

}  // namespace
}  // namespace sextant::probes
