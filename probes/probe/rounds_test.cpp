// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/rounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

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
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  for (int launch = 0; launch < 10; ++launch) {
    const double typical = 0.1 * std::exp(between * normal(random));
    for (int i = 0; i < n; ++i) {
      results::Sample sample;
      sample.launch = launch;
      sample.repetition = i;
      sample.start = launch + 0.01 * i;
      sample.seconds = typical * std::exp(within * normal(random));
      sample.operations = 1;
      measurement.samples.push_back(sample);
    }
  }
  return measurement;
}

TEST(Rounds, LaunchesDoubleWhereTheyDifferMoreThanTheirSamplesExplain) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  EXPECT_EQ(next_launches(with_launches(4, 0.10, 0.01), rule, 10), 10);
  EXPECT_EQ(next_launches(with_launches(4, 0.10, 0.05), rule, 10), 10);
  EXPECT_EQ(next_launches(with_launches(4, 0.01, 0.10), rule, 10), 5);
  EXPECT_EQ(next_launches(with_launches(4, 0, 0.10), rule, 10), 5);
}

TEST(Rounds, LaunchesDoNotDoubleWhereNothingIsKnownOfThem) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  EXPECT_EQ(next_launches(with_launches(1, 0.10, 0.01), rule, 10), 5);  // one sample each
  EXPECT_EQ(next_launches({}, rule, 10), 5);
}

TEST(Rounds, WarmUpsSayNothingAboutLaunches) {
  auto measurement = with_launches(4, 0, 0.10);
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
  EXPECT_THAT(measurement.reason,
              testing::MatchesRegex("the time budget was spent: interval \\+-[0-9.]+ %, wanted \\+-1.0 %"));
}

TEST(Rounds, FiveSamplesOfOneLaunchHaveNoIntervalAndSaySo) {
  auto measurement = with_times(5, 1, 0);
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

TEST(Rounds, APointWhoseCanariesDisagreeSaysSo) {
  const StoppingRule rule = stopping_rule("standard", 0.01);
  auto measurement = with_times(100, 5, 0.001);
  conclude(measurement, rule, "");
  ASSERT_EQ(measurement.status, results::Status::converged);
  EXPECT_EQ(measurement.reason, "");
  for (std::size_t i = 0; i < 30; ++i) measurement.samples[3 * i].conditions.canary_change = 1.5;
  for (std::size_t i = 0; i < 30; ++i) measurement.samples[3 * i + 1].conditions.canary_change = 1.15;
  conclude(measurement, rule, "");
  EXPECT_EQ(measurement.status, results::Status::converged);
  EXPECT_EQ(measurement.reason, "the machine changed its state during 30 % of the samples");
  auto few = with_times(10, 5, 0.1, 0.001);
  for (auto& sample : few.samples) sample.conditions.canary_change = 2;
  conclude(few, rule, "the time budget was spent");
  EXPECT_THAT(few.reason, testing::EndsWith("; the machine changed its state during 100 % of the samples"));
}

}  // namespace
}  // namespace sextant::probes
