// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "probes/probe/meters.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::probes {
namespace {

// A clock that moves only when a trial says so: everything about sampling can be asserted exactly.
struct ScriptedClock {
  double time = 100;
  Clock clock() {
    return {[](void* state) { return static_cast<ScriptedClock*>(state)->time; }, this};
  }
};

struct Script {
  double preparing = 0, verifying = 0;  // seconds that the clock goes on
  double seconds_per_iteration = 1e-3;
  int runs = 0;
  int interrupted_run = -1;  // takes a second more
  int verified = 0;
  std::string fault;  // "run", "verify", "prepare", "unavailable"
};

class ScriptedTrial final : public Trial {
 public:
  ScriptedTrial(ScriptedClock& clock, Script& script) : clock_(clock), script_(script) {}
  Work run(std::uint64_t iterations) override {
    if (script_.runs++ == script_.interrupted_run) clock_.time += 1;
    if (script_.fault == "run") throw std::runtime_error("the device is gone");
    clock_.time += script_.seconds_per_iteration * double(iterations);
    return {.operations = double(iterations), .bytes = 64.0 * double(iterations)};
  }
  void verify() override {
    ++script_.verified;
    clock_.time += script_.verifying;
    if (script_.fault == "verify") throw WrongAnswer("one element is wrong");
  }

 private:
  ScriptedClock& clock_;
  Script& script_;
};

class Sampler : public testing::Test {
 protected:
  Sampler() {
    machine.processors = {0};
    machine.available_memory = 1 << 20;
    probe.name = "scripted";
    probe.sample_seconds = 0.01;
    probe.prepare = [this](Workspace&, const Point& point) -> std::unique_ptr<Trial> {
      Script& script = scripts[int(point.number("n"))];
      if (script.fault == "prepare") throw std::runtime_error("cannot be prepared");
      if (script.fault == "unavailable") throw Unavailable("not here");
      scripted.time += script.preparing;
      return std::make_unique<ScriptedTrial>(scripted, script);
    };
    sink.row = [this](int id, const results::Sample& sample) { rows[id].push_back(sample); };
    sink.pilot = [this](int id, std::uint64_t iterations) { pilots[id] = iterations; };
    sink.skip = [this](int id, const std::string& reason) { skips[id] = reason; };
    sink.fail = [this](int id, const std::string& reason) { failures[id] = reason; };
  }

  Watching launch(int points, int samples, std::uint64_t iterations = 0, int number = 0) {
    std::vector<Assignment> assignments;
    for (int i = 0; i < points; ++i) assignments.push_back({i, Point{{"n", double(i)}}, iterations, samples});
    Workspace workspace(machine, {}, 42);
    return run_launch(probe, workspace, assignments, number, scripted.clock(), 100, sink, canaries);
  }

  Machine machine;
  Probe probe;
  ScriptedClock scripted;
  Sink sink;
  TakeCanaries canaries;
  std::map<int, Script> scripts;
  std::map<int, std::vector<results::Sample>> rows;
  std::map<int, std::uint64_t> pilots;
  std::map<int, std::string> skips, failures;
};

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

// Canaries that take a millisecond each, if nothing else is said, and give their number.
class Watched : public Sampler {
 protected:
  Watched() {
    canaries = [this](const Clock&) {
      scripted.time += seconds;
      const double set = ++sets;
      return CanarySeconds{set, 10 * set, 100 * set};
    };
  }
  int sets = 0;
  double seconds = 1e-3;
};

TEST_F(Watched, CanariesThatTakeLongAreTakenMoreSeldom) {
  seconds = 0.01;
  launch(1, 40, 10);  // ten visits of 50 to 60 ms: after 50 ms, for the first also had to be made, then after 200 ms
  EXPECT_EQ(sets, 5);
  seconds = 5;  // at most a second
  sets = 0;
  launch(1, 40, 100);
  EXPECT_EQ(sets, 7);
}

TEST_F(Watched, ASetComesBeforeTheFirstVisitAndThenOnceIn50MillisecondsOfSamples) {
  launch(1, 16, 10);   // four visits of a warm-up and four measured samples, 10 to 12 ms each
  EXPECT_EQ(sets, 5);  // and one at the end
  sets = 0;
  rows.clear();
  launch(1, 16, 4);  // four visits of 20 ms: the set of the first one also holds for the two after it
  EXPECT_EQ(sets, 3);
  ASSERT_EQ(rows[0].size(), 20u);
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    const results::Conditions& conditions = rows[0][i].conditions;
    EXPECT_EQ(conditions.canary_compute, i < 15 ? 1 : 2) << i;
    EXPECT_EQ(conditions.canary_cache, 10 * conditions.canary_compute);
    EXPECT_EQ(conditions.canary_memory, 100 * conditions.canary_compute);
    EXPECT_TRUE(std::isnan(conditions.canary_device));
  }
}

TEST_F(Watched, CanariesComeBeforeTheWarmUpAndAreInNoSample) {
  launch(1, 4, 10);
  EXPECT_NEAR(rows[0].front().start, 1e-3, 1e-9);  // after the set
  for (const auto& row : rows[0]) EXPECT_LT(row.seconds, 0.013);
}

TEST_F(Watched, TheDevicesCanaryIsMadeOnceALaunchAndTakenWithEachSet) {
  std::vector<std::uint64_t> seeds;
  probe.device_canary = [&](Workspace&, std::uint64_t seed) -> DeviceCanary {
    seeds.push_back(seed);
    return [taken = 0]() mutable { return 0.25 * ++taken; };
  };
  launch(1, 16, 10);
  ASSERT_EQ(seeds.size(), 1u);
  EXPECT_EQ(rows[0].front().conditions.canary_device, 0.25);
  EXPECT_EQ(rows[0].back().conditions.canary_device, 1);
  launch(1, 4, 10, 1);
  ASSERT_EQ(seeds.size(), 2u);
  EXPECT_NE(seeds[0], seeds[1]);  // no launch asks for what a cache still holds of the one before
}

// Canaries that take nothing; each set gives the next of the messages' seconds, the last one over and over.
TakeCanaries messages(std::vector<double> seconds) {
  return [seconds, next = std::size_t{0}](const Clock&) mutable {
    CanarySeconds set;
    set.message = seconds[std::min(next++, seconds.size() - 1)];
    set.together = 4e-4;
    return set;
  };
}

TEST_F(Sampler, EverySampleSaysHowFarTheCanariesBeforeAndAfterItDiffer) {
  canaries = messages({1e-7, 1.1e-7, 0.55e-7});
  launch(1, 8, 10);  // two visits: a set before each, and one at the end
  ASSERT_EQ(rows[0].size(), 10u);
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    const results::Conditions& conditions = rows[0][i].conditions;
    EXPECT_DOUBLE_EQ(conditions.canary_message, i < 5 ? 1e-7 : 1.1e-7) << i;
    EXPECT_DOUBLE_EQ(conditions.canary_together, 4e-4) << i;
    EXPECT_NEAR(conditions.canary_change, i < 5 ? 1.1 : 2, 1e-9) << i;
  }
}

TEST_F(Sampler, ALongVisitIsWatchedWithin) {
  canaries = messages({1e-7, 2e-7});
  launch(1, 4, 700);  // 0.7 to 0.84 s a sample
  ASSERT_EQ(rows[0].size(), 5u);
  EXPECT_NEAR(rows[0][1].conditions.canary_change, 2, 1e-9);
  EXPECT_EQ(rows[0][4].conditions.canary_change, 1);
}

TEST_F(Sampler, TheRowsOfAPointComeBeforeItsFailure) {
  canaries = messages({1e-7});
  std::vector<std::string> said;
  sink.start = [&](int id) { said.push_back("start " + std::to_string(id)); };
  const auto keep = sink.row;
  sink.row = [&](int id, const results::Sample& sample) {
    said.push_back("row " + std::to_string(id));
    keep(id, sample);
  };
  sink.fail = [&](int id, const std::string&) { said.push_back("fail " + std::to_string(id)); };
  scripts[0].fault = "verify";
  launch(2, 4, 10);
  const auto failure = std::find(said.begin(), said.end(), "fail 0");
  ASSERT_NE(failure, said.end());
  EXPECT_EQ(std::count(said.begin(), failure, "row 0"), 5);
  EXPECT_EQ(std::count(failure, said.end(), "row 0"), 0);
  EXPECT_EQ(rows[1].size(), 5u);
}

TEST_F(Sampler, AfterRowsOfOthersThePointInHandIsNamedAgain) {
  canaries = messages({1e-7});
  int last = -1, wrong = 0;
  probe.prepare = [&](Workspace&, const Point& point) -> std::unique_ptr<Trial> {
    class Watcher final : public Trial {
     public:
      Watcher(ScriptedClock& clock, int id, const int& last, int& wrong)
          : clock_(clock), id_(id), last_(last), wrong_(wrong) {}
      Work run(std::uint64_t iterations) override {
        wrong_ += last_ != id_;  // a worker that dies here is held against the point it spoke of last
        clock_.time += 1e-3 * double(iterations);
        return {.operations = double(iterations)};
      }
      void verify() override {}

     private:
      ScriptedClock& clock_;
      int id_;
      const int& last_;
      int& wrong_;
    };
    return std::make_unique<Watcher>(scripted, int(point.number("n")), last, wrong);
  };
  sink.start = [&](int id) { last = id; };
  sink.row = [&](int id, const results::Sample& sample) {
    last = id;
    rows[id].push_back(sample);
  };
  launch(3, 16, 4);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(rows[2].size(), 20u);
}

TEST_F(Sampler, WithoutCanariesNothingIsKnownOfTheState) {
  launch(1, 4, 10);
  EXPECT_TRUE(std::isnan(rows[0].back().conditions.canary_change));
  EXPECT_TRUE(std::isnan(rows[0].back().conditions.canary_message));
}

TEST_F(Watched, WhatIsNeitherTrialNorCanaryIsBookkeeping) {
  scripts[0].preparing = 5;
  scripts[0].verifying = 7;
  const auto keep = sink.row;
  sink.row = [&](int id, const results::Sample& sample) {
    scripted.time += 0.125;  // what writing a row costs
    keep(id, sample);
  };
  const Watching watching = launch(1, 6);  // the pilot's runs are the trial's
  EXPECT_NEAR(watching.canary_seconds, 1e-3 * sets, 1e-9);
  EXPECT_NEAR(watching.bookkeeping_seconds, 8 * 0.125, 1e-9);
}

TEST_F(Watched, ACanaryThatFailsCostsThePointAndNothingMore) {
  canaries = [n = 0](const Clock&) mutable {
    if (++n == 1) throw WrongAnswer("one and one is three");
    return CanarySeconds{};
  };
  launch(2, 4, 10);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_EQ(rows.size(), 1u);
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
