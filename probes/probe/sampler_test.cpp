// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "probes/probe/meters.hpp"
#include "probes/probe/scripted_launch.hpp"

namespace sextant::probes {
namespace {

using Sampler = ScriptedLaunch;

TEST_F(Sampler, ThePilotFindsIterationsForTheAskedDuration) {
  launch(1, 1);
  EXPECT_EQ(pilots[0], 10u);  // 1 ms an iteration, 10 ms a sample
}

TEST_F(Sampler, AnInterruptInThePilotDoesNotShortenTheSamples) {
  for (int run = 0; run < 6; ++run) {
    scripts[0].runs = 0;
    scripts[0].interrupted_run = run;
    ScriptedTrial trial(scripted, scripts[0]);
    EXPECT_EQ(pilot(trial, scripted.clock(), 0.01), 10u) << run;
  }
}

TEST_F(Sampler, EveryVisitBeginsWithAWarmUpAndEachStageIsCountedInOrder) {
  launch(1, 6, 10);
  ASSERT_EQ(rows[0].size(), 8u);  // visits of 4 and 2 measured samples, a warm-up before each
  int warmups = 0, measured = 0;
  for (const auto& row : rows[0]) {
    EXPECT_EQ(row.repetition, row.stage == results::Stage::warmup ? warmups++ : measured++);
  }
  EXPECT_EQ(measured, 6);
  EXPECT_EQ(rows[0][0].stage, results::Stage::warmup);
  EXPECT_EQ(rows[0][5].stage, results::Stage::warmup);
  EXPECT_EQ(scripts[0].verified, 1);
}

TEST_F(Sampler, OfAWholeExperimentNothingIsRunThatIsNotASample) {
  probe.whole = true;
  launch(1, 6);
  EXPECT_EQ(pilots[0], 1u);
  ASSERT_EQ(rows[0].size(), 6u);
  for (const auto& row : rows[0]) {
    EXPECT_EQ(row.stage, results::Stage::measure);
    EXPECT_EQ(row.operations, 1);
  }
  EXPECT_EQ(scripts[0].runs, 6);
}

TEST_F(Sampler, ALaunchThatIsCompletedCountsOnFromTheRowsThatAreThere) {
  Workspace workspace(machine, {}, 42);
  run_launch(probe, workspace, {{0, Point{{"n", 0.0}}, 10, 2, 7, 3}}, 0, scripted.clock(), 100, sink);
  ASSERT_EQ(rows[0].size(), 3u);
  EXPECT_EQ(rows[0][0].repetition, 3);
  EXPECT_EQ(rows[0][1].repetition, 7);
  EXPECT_EQ(rows[0][2].repetition, 8);
}

TEST_F(Sampler, SecondsBytesAndOperationsAreThoseOfTheTrial) {
  launch(1, 3, 10);
  for (const auto& row : rows[0]) {
    EXPECT_GE(row.operations, 10);
    EXPECT_LE(row.operations, 12);  // up to a fifth more
    EXPECT_DOUBLE_EQ(row.bytes, 64 * row.operations);
    EXPECT_NEAR(row.seconds, 1e-3 * row.operations, 1e-9);
  }
  EXPECT_DOUBLE_EQ(rows[0].front().start, 0);
}

TEST_F(Sampler, WhatTheMetersReadStandsBehindTheProbesOwnColumnsAndIsEmptyWithoutMeters) {
  probe.extras = {{"own", Unit::one, ""}};
  probe = with_meters(probe);
  launch(1, 1, 10);
  ASSERT_EQ(rows[0].back().extras.size(), 1 + meter_count);
  for (const double value : rows[0].back().extras) EXPECT_TRUE(std::isnan(value));

  const Meters meters;
  Workspace workspace(machine, {}, 42);
  run_launch(probe, workspace, {{0, Point{{"n", 0.0}}, 10, 1}}, 0, scripted.clock(), 100, sink, {}, &meters);
  const auto& read = rows[0].back().extras;
  ASSERT_EQ(read.size(), 1 + meter_count);
  EXPECT_TRUE(std::isnan(read[0]));  // the probe gave no value for its own
  Environment environment;
  meters.note(environment);
  EXPECT_EQ(std::isnan(read[1]), fact(environment, "meters.counters").find("cycles") == std::string::npos);
  probe.metered = false;
  run_launch(probe, workspace, {{0, Point{{"n", 0.0}}, 10, 1}}, 0, scripted.clock(), 100, sink, {}, &meters);
  EXPECT_TRUE(std::isnan(rows[0].back().extras.back()));
}

TEST_F(Sampler, TheSameSeedGivesTheSameOrderAndAnotherLaunchAnotherOne) {
  std::vector<int> first, again, other;
  for (auto* order : {&first, &again, &other}) {
    sink.start = [order](int id) { order->push_back(id); };
    launch(8, 4, 10, order == &other ? 1 : 0);
  }
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
}

TEST_F(Sampler, AFaultCostsOnlyItsOwnPoint) {
  scripts[0].fault = "run";
  scripts[1].fault = "verify";
  scripts[2].fault = "prepare";
  scripts[3].fault = "unavailable";
  launch(5, 4, 10);
  EXPECT_EQ(failures[0], "the device is gone");
  EXPECT_EQ(failures[1], "one element is wrong");
  EXPECT_EQ(failures[2], "cannot be prepared");
  EXPECT_EQ(skips[3], "not here");
  EXPECT_EQ(rows[4].size(), 5u);
  EXPECT_EQ(scripts[4].verified, 1);
}

TEST_F(Sampler, TheDevicesOwnTimeReplacesTheClock) {
  class Device final : public Trial {
   public:
    Work run(std::uint64_t iterations) override { return {.operations = double(iterations), .seconds = 0.5}; }
    void verify() override {}
  };
  probe.prepare = [](Workspace&, const Point&) { return std::make_unique<Device>(); };
  launch(1, 1, 3);
  EXPECT_DOUBLE_EQ(rows[0].back().seconds, 0.5);
}

TEST_F(Sampler, MissingExtrasAreNotAvailableRatherThanZero) {
  probe.extras = {{"joules", Unit::joule, ""}};
  launch(1, 1, 3);
  ASSERT_EQ(rows[0].back().extras.size(), 1u);
  EXPECT_TRUE(std::isnan(rows[0].back().extras[0]));
}

TEST_F(Sampler, AClockThatStandsStillDoesNotHangThePilot) {
  scripts[0].seconds_per_iteration = 0;
  ScriptedTrial trial(scripted, scripts[0]);
  EXPECT_GE(pilot(trial, scripted.clock(), 0.01), 1u);
  EXPECT_LT(scripts[0].runs, 50);
}

TEST_F(Sampler, AClockThatGoesBackwardsFailsThePointInsteadOfGivingANegativeTime) {
  scripts[0].seconds_per_iteration = -1e-3;
  launch(2, 4, 2);
  EXPECT_EQ(failures[0], "the clock went backwards by 2.00 ms");
  EXPECT_TRUE(rows[0].empty());
  EXPECT_EQ(rows[1].size(), 5u);
  failures.clear();
  launch(1, 4);  // the pilot is not fooled either
  EXPECT_NE(failures[0].find("the clock went backwards by"), std::string::npos) << failures[0];
}

TEST_F(Sampler, AClockThatStandsStillGivesNoSample) {
  scripts[0].seconds_per_iteration = 0;
  launch(1, 4, 2);
  EXPECT_EQ(failures[0], "a sample took no time: the clock stands still");
  EXPECT_TRUE(rows[0].empty());
}

TEST_F(Sampler, ADevicesTimeThatCannotBeFailsThePoint) {
  class Broken final : public Trial {
   public:
    explicit Broken(double seconds) : seconds_(seconds) {}
    Work run(std::uint64_t iterations) override { return {.operations = double(iterations), .seconds = seconds_}; }
    void verify() override {}

   private:
    double seconds_;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  for (double seconds : {-0.5, 0.0, infinity, -infinity, results::not_available}) {
    probe.prepare = [seconds](Workspace&, const Point&) { return std::make_unique<Broken>(seconds); };
    failures.clear();
    launch(1, 1, 3);
    EXPECT_FALSE(failures[0].empty()) << seconds;
    EXPECT_TRUE(rows[0].empty()) << seconds;
  }
}

}  // namespace
}  // namespace sextant::probes
