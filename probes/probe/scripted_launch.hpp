// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "probes/probe/sampler.hpp"
#include "probes/probe/workspace.hpp"

// What the tests of the sampler launch.
namespace sextant::probes {

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

class ScriptedLaunch : public testing::Test {
 protected:
  ScriptedLaunch() {
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

}  // namespace sextant::probes
