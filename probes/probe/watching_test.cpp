// SPDX-License-Identifier: Apache-2.0
// When a launch takes its canaries, and what its rows say of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "probes/probe/scripted_launch.hpp"

namespace sextant::probes {
namespace {

// Canaries that take a millisecond each, if nothing else is said, and give their number.
class Watched : public ScriptedLaunch {
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

// With canaries of its own, or none.
using Unwatched = ScriptedLaunch;

// Canaries that take nothing; each set gives the next of the messages' seconds, the last one over and over.
TakeCanaries messages(std::vector<double> seconds) {
  return [seconds, next = std::size_t{0}](const Clock&) mutable {
    CanarySeconds set;
    set.message = seconds[std::min(next++, seconds.size() - 1)];
    set.together = 4e-4;
    return set;
  };
}

TEST_F(Unwatched, EverySampleSaysHowFarTheCanariesBeforeAndAfterItDiffer) {
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

TEST_F(Unwatched, ALongVisitIsWatchedWithin) {
  canaries = messages({1e-7, 2e-7});
  launch(1, 4, 700);  // 0.7 to 0.84 s a sample
  ASSERT_EQ(rows[0].size(), 5u);
  EXPECT_NEAR(rows[0][1].conditions.canary_change, 2, 1e-9);
  EXPECT_EQ(rows[0][4].conditions.canary_change, 1);
}

TEST_F(Unwatched, TheRowsOfAPointComeBeforeItsFailure) {
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

TEST_F(Unwatched, AfterRowsOfOthersThePointInHandIsNamedAgain) {
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

TEST_F(Unwatched, WithoutCanariesNothingIsKnownOfTheState) {
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

}  // namespace
}  // namespace sextant::probes
