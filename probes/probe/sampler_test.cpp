// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

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
  double seconds_per_iteration = 1e-3;
  int runs = 0;
  int verified = 0;
  std::string fault;  // "run", "verify", "prepare", "unavailable"
};

class ScriptedTrial final : public Trial {
 public:
  ScriptedTrial(ScriptedClock& clock, Script& script) : clock_(clock), script_(script) {}
  Work run(std::uint64_t iterations) override {
    ++script_.runs;
    if (script_.fault == "run") throw std::runtime_error("the device is gone");
    clock_.time += script_.seconds_per_iteration * double(iterations);
    return {.operations = double(iterations), .bytes = 64.0 * double(iterations)};
  }
  void verify() override {
    ++script_.verified;
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
      return std::make_unique<ScriptedTrial>(scripted, script);
    };
    sink.row = [this](int id, const results::Sample& sample) { rows[id].push_back(sample); };
    sink.pilot = [this](int id, std::uint64_t iterations) { pilots[id] = iterations; };
    sink.skip = [this](int id, const std::string& reason) { skips[id] = reason; };
    sink.fail = [this](int id, const std::string& reason) { failures[id] = reason; };
  }

  void launch(int points, int samples, std::uint64_t iterations = 0, int number = 0) {
    std::vector<Assignment> assignments;
    for (int i = 0; i < points; ++i) assignments.push_back({i, Point{{"n", double(i)}}, iterations, samples});
    Workspace workspace(machine, {}, 42);
    run_launch(probe, workspace, assignments, number, scripted.clock(), 100, sink);
  }

  Machine machine;
  Probe probe;
  ScriptedClock scripted;
  Sink sink;
  std::map<int, Script> scripts;
  std::map<int, std::vector<results::Sample>> rows;
  std::map<int, std::uint64_t> pilots;
  std::map<int, std::string> skips, failures;
};

TEST_F(Sampler, ThePilotFindsIterationsForTheAskedDuration) {
  launch(1, 1);
  EXPECT_EQ(pilots[0], 10u);  // 1 ms an iteration, 10 ms a sample
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

}  // namespace
}  // namespace sextant::probes
