// SPDX-License-Identifier: Apache-2.0
#include "bench/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace sextant::bench {
namespace {

using results::Measurement;
using results::Stage;
using results::Status;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

// A probe with two values of a launch axis and two points at each, whose samples a function writes.
class ScheduleOfAProbe : public testing::Test {
 protected:
  using Time = std::function<double(int point, int launch, int repetition)>;

  ScheduleOfAProbe() {
    probe.name = "scripted";
    probe.launch_axes = {"ranks"};
    rule = probes::stopping_rule("standard", 0.01);
    for (double ranks : {2.0, 4.0}) {
      for (double n : {0.0, 1.0}) {
        Measurement point;
        point.point = {{"ranks", ranks}, {"n", n}};
        point.quantity = {"latency", results::Unit::second};
        point.flags.interrupted = true;
        measurements.push_back(point);
      }
    }
    for (Measurement& point : measurements) points.push_back(&point);
  }

  Schedule schedule(std::uint64_t seed = 1) const { return Schedule(probe, points, rule, seed); }

  void measure(const ScheduledLaunch& launch) {
    for (const auto& assignment : missing(launch, points, iterations)) {
      for (int i = 0; i < assignment.samples; ++i) {
        results::Sample sample;
        sample.launch = launch.launch;
        sample.repetition = assignment.first_repetition + i;
        sample.operations = 1;
        sample.seconds = time(assignment.id, sample.launch, sample.repetition);
        points[std::size_t(assignment.id)]->samples.push_back(sample);
      }
    }
  }
  void measure(const std::vector<ScheduledLaunch>& round) {
    for (const auto& launch : round) measure(launch);
  }

  probes::Probe probe;
  probes::StoppingRule rule;
  std::vector<Measurement> measurements;
  Points points;
  std::vector<std::uint64_t> iterations = std::vector<std::uint64_t>(4, 0);
  // Scatters so much inside launches and so little between them that no point converges.
  static double scattered(int point, int launch, int repetition) {
    std::mt19937_64 random(std::uint64_t(point) << 40 | std::uint64_t(launch) << 20 | std::uint64_t(repetition));
    return 0.1 * (0.5 + std::generate_canonical<double, 53>(random));
  }
  Time time = scattered;
};

std::vector<int> numbers(const std::vector<ScheduledLaunch>& round) {
  std::vector<int> all;
  for (const auto& launch : round) all.push_back(launch.launch);
  return all;
}

std::vector<int> samples_of(const std::vector<ScheduledLaunch>& round, int point) {
  std::vector<int> samples;
  for (const auto& launch : round) {
    for (const Share& share : launch.shares) {
      if (share.point == point) samples.push_back(share.samples);
    }
  }
  return samples;
}

TEST_F(ScheduleOfAProbe, TheFirstRoundGivesEveryGroupTheRulesLaunches) {
  const auto round = schedule().next_round(points);
  const auto launches = numbers(round);
  EXPECT_EQ(std::set<int>(launches.begin(), launches.end()), (std::set<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  for (int point = 0; point < 4; ++point) EXPECT_THAT(samples_of(round, point), ElementsAre(2, 2, 2, 2, 2));
  for (const auto& launch : round) {  // even numbers are the first group's, odd ones the second's
    for (const Share& share : launch.shares) EXPECT_EQ(share.point / 2, launch.launch % 2);
  }
}

TEST_F(ScheduleOfAProbe, ThreeLaunchesShareTenSamples) {
  rule = probes::stopping_rule("quick", 0.01);
  EXPECT_THAT(samples_of(schedule().next_round(points), 0), ElementsAre(3, 3, 4));
}

TEST_F(ScheduleOfAProbe, TheOrderOfTheGroupsComesFromTheSeed) {
  const auto order = [&](std::uint64_t seed) { return numbers(schedule(seed).next_round(points)); };
  EXPECT_EQ(order(7), order(7));
  EXPECT_NE(order(7), order(8));
}

TEST_F(ScheduleOfAProbe, TheTotalDoublesUpToTheCapAndThenNothingIsLeft) {
  Schedule now = schedule();
  for (const int total : {10, 20, 40, 80, 160, 320, 640}) {
    const auto round = now.next_round(points);
    measure(round);
    EXPECT_EQ(samples_of(round, 0).size(), 5u);
    for (const Measurement& point : measurements) EXPECT_EQ(int(point.samples.size()), total);
  }
  EXPECT_THAT(now.next_round(points), IsEmpty());
  EXPECT_EQ(now.settled(), 4);
}

TEST_F(ScheduleOfAProbe, APointThatHasConvergedDropsOutAndTheOthersGoOn) {
  time = [](int point, int launch, int repetition) { return point == 1 ? 0.1 : scattered(point, launch, repetition); };
  Schedule now = schedule();
  measure(now.next_round(points));
  const auto second = now.next_round(points);
  EXPECT_EQ(now.settled(), 1);
  EXPECT_THAT(samples_of(second, 1), IsEmpty());
  EXPECT_EQ(samples_of(second, 0).size(), 5u);
}

TEST_F(ScheduleOfAProbe, LaunchesDoubleForThePointWhoseLaunchesDifferAndForNoOther) {
  time = [](int point, int launch, int repetition) {
    const double typical = 0.1 + 0.2 * (scattered(point, launch, 0) - 0.1);  // 0.09 .. 0.11
    if (point == 0) return typical * (1 + 1e-4 * repetition);
    return typical * (repetition % 2 ? 0.7 : 1.3);  // what each launch adds is nothing beside that
  };
  Schedule now = schedule();
  measure(now.next_round(points));
  for (const std::size_t launches : {5u, 10u, 20u, 40u}) {  // as many again: 5, 10, 20, 40, 80 in all
    const auto round = now.next_round(points);
    EXPECT_EQ(samples_of(round, 0).size(), launches);
    EXPECT_THAT(samples_of(round, 0), Each(2));
    EXPECT_EQ(samples_of(round, 1).size(), 5u);
    measure(round);
  }
  EXPECT_EQ(measurements[0].samples.size(), 160u);
  EXPECT_EQ(measurements[1].samples.size(), 160u);
}

TEST_F(ScheduleOfAProbe, ALookDoesNotSeeTheRowsOfItsOwnRound) {
  rule.most_samples = 20;
  Schedule now = schedule();
  measure(now.next_round(points));
  const auto second = now.next_round(points);
  ASSERT_FALSE(second.empty());
  measure(second);  // then everything is killed; with these rows every point would look done
  Schedule again = schedule();
  again.next_round(points);
  EXPECT_EQ(numbers(again.next_round(points)), numbers(second));
}

TEST_F(ScheduleOfAProbe, WhatBecomesOfAPointDoesNotMoveTheLaunchesOfOthers) {
  Schedule whole = schedule();
  std::map<int, std::vector<int>> undisturbed;
  for (int round = 0; round < 4; ++round) {
    const auto launches = whole.next_round(points);
    measure(launches);
    for (const auto& launch : launches) {
      for (const Share& share : launch.shares) undisturbed[share.point].push_back(launch.launch);
    }
  }
  for (Measurement& point : measurements) point.samples.clear();
  Schedule disturbed = schedule();
  std::map<int, std::vector<int>> others;
  for (int round = 0; round < 4; ++round) {
    if (round == 1) {  // the whole first group is lost
      measurements[0].status = measurements[1].status = Status::failed;
    }
    const auto launches = disturbed.next_round(points);
    measure(launches);
    for (const auto& launch : launches) {
      for (const Share& share : launch.shares) others[share.point].push_back(launch.launch);
    }
  }
  EXPECT_EQ(others[2], undisturbed[2]);
  EXPECT_EQ(others[3], undisturbed[3]);
}

TEST_F(ScheduleOfAProbe, WhatIsMissingOfALaunchCountsOnFromTheRowsThatAreThere) {
  const ScheduledLaunch launch{6, {{0, 4}, {1, 4}}};
  const auto add = [&](int number, Stage stage, int repetition) {
    results::Sample sample;
    sample.launch = number;
    sample.stage = stage;
    sample.repetition = repetition;
    measurements[0].samples.push_back(sample);
  };
  add(6, Stage::warmup, 0);
  add(6, Stage::measure, 0);
  add(6, Stage::measure, 2);  // a row between them was lost
  add(4, Stage::measure, 9);  // of another launch
  const auto left = missing(launch, points, {17, 0, 0, 0});
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].id, 0);
  EXPECT_EQ(left[0].samples, 2);
  EXPECT_EQ(left[0].first_repetition, 3);
  EXPECT_EQ(left[0].first_warmup, 1);
  EXPECT_EQ(left[0].iterations, 17u);
  EXPECT_EQ(left[1].samples, 4);
  EXPECT_EQ(left[1].first_repetition, 0);
}

TEST_F(ScheduleOfAProbe, FailedSkippedAndFinishedPointsAreOwedNothing) {
  measurements[0].status = Status::failed;    // lost, its flag kept
  measurements[1].flags.interrupted = false;  // finished, skipped or wrong
  const auto round = schedule().next_round(points);
  EXPECT_THAT(samples_of(round, 0), IsEmpty());
  EXPECT_THAT(samples_of(round, 1), IsEmpty());
  EXPECT_THAT(missing({0, {{0, 4}, {1, 4}}}, points, iterations), IsEmpty());
}

}  // namespace
}  // namespace sextant::bench
