// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/states.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/calibration/calibration.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::Measurement;
using results::Point;
using results::Unit;
using testing::HasSubstr;

// Barriers and messages on a machine with two states, in turn by blocks of launches; in the second, messages between
// processors take 1.9 times as long and so do the barriers, and all-reduces start 1.5 times as late.
struct Machine {
  double second = 0.3;  // share of the launches
  bool canaries = true;
  results::Run run;
  std::mt19937_64 random{11};

  double noise(double spread) { return std::exp(spread * std::normal_distribution<double>()(random)); }

  void add(const std::string& probe, Point point, double main, double other, int launches = 20, int samples = 8) {
    Measurement measurement{probe, std::move(point), {"latency", Unit::second}, results::Status::converged, {}, "", {}};
    for (int i = 0; i < launches * samples; ++i) {
      results::Sample sample;
      sample.launch = i / samples;
      sample.repetition = i % samples;
      sample.start = double(i);
      sample.operations = 1000;
      sample.bytes = 64000;
      const bool slow = sample.launch % 10 < 10 * second;
      sample.seconds = (slow ? other : main) * sample.operations * noise(0.03);
      if (canaries) {
        sample.conditions.canary_message = 1e-7 * (slow ? 1.9 : 1) * noise(0.05);
        sample.conditions.canary_together = 4e-4 * noise(0.05);
        sample.conditions.canary_change = 1.05;
      }
      measurement.samples.push_back(sample);
    }
    run.measurements.push_back(std::move(measurement));
  }

  void all() {
    run.provenance.machine = "synthetic";
    run.provenance.run_id = "20260101-0";
    add("sync.barrier", Point{{"threads", 2.0}}, 1e-7, 1.9e-7);
    for (int i = 0; i < 12; ++i) {
      const double bytes = std::ldexp(8, i);
      add("net.allreduce", Point{{"bytes", bytes}, {"ranks", 2.0}}, 6e-6 + 3e-10 * bytes, 9e-6 + 3e-10 * bytes);
    }
  }
};

const results::Parameter& named(const results::Profile& profile, const std::string& name) {
  for (const auto& parameter : profile.parameters) {
    if (parameter.name == name) return parameter;
  }
  throw std::runtime_error("no parameter " + name);
}

TEST(CalibratedStates, BothAreRecoveredAndNotMixed) {
  Machine machine;
  machine.all();
  const auto profile = calibrate({machine.run}, {200, 1});
  const auto& barrier = named(profile, "sync.barrier");
  EXPECT_NEAR(barrier.estimate.value / 1e-7, 1, 0.02);
  EXPECT_LT(barrier.estimate.high, 1.1e-7);
  EXPECT_THAT(barrier.assumption, HasSubstr("state 1 of 2: 70 % of the samples; in state 2 1."));
  EXPECT_THAT(barrier.evidence, HasSubstr("112 rows"));  // of 160
  const auto& companion = named(profile, "sync.barrier.state2");
  EXPECT_NEAR(companion.estimate.value, 1.9, 0.04);
  EXPECT_LT(companion.estimate.low, companion.estimate.value);
  EXPECT_LT(companion.estimate.high, 2.1);
  EXPECT_EQ(companion.validity, "threads=2");
  EXPECT_NEAR(named(profile, "net.allreduce.alpha").estimate.value / 6e-6, 1, 0.03);
  const auto other = calibrate({machine.run}, {200, 1, 1});
  EXPECT_NEAR(named(other, "sync.barrier").estimate.value / 1.9e-7, 1, 0.02);
  EXPECT_NEAR(named(other, "net.allreduce.alpha").estimate.value / 9e-6, 1, 0.03);
  EXPECT_NEAR(named(other, "sync.barrier.state1").estimate.value, 1 / 1.9, 0.02);
  EXPECT_THAT(named(other, "sync.barrier").assumption, HasSubstr("state 2 of 2: 30 % of the samples"));
}

TEST(CalibratedStates, TheDrawsOfACompanionBelongToThoseOfItsParameter) {
  Machine machine;
  machine.all();
  const auto profile = calibrate({machine.run}, {200, 1});
  ASSERT_EQ(profile.draws.rows.front().size(), profile.draws.columns.size());
  ASSERT_EQ(profile.draws.columns.size(), profile.parameters.size());
  std::size_t barrier = 0, companion = 0;
  for (std::size_t j = 0; j < profile.draws.columns.size(); ++j) {
    if (profile.draws.columns[j] == "sync.barrier[threads=2]") barrier = j;
    if (profile.draws.columns[j] == "sync.barrier.state2[threads=2]") companion = j;
  }
  double covariance = 0;
  for (const auto& row : profile.draws.rows) covariance += (row[barrier] - 1e-7) * (row[companion] - 1.9);
  EXPECT_LT(covariance, 0);  // the same draw of the main state divides
}

TEST(CalibratedStates, APointWithTooFewSamplesInTheMainStateIsUsedWholeAndSaysSo) {
  Machine machine;
  machine.all();
  machine.second = 1;
  machine.add("overhead.dispatch", Point{{"threads", 2.0}}, 1e-6, 1.9e-6, 3, 4);
  const auto profile = calibrate({machine.run}, {100, 1});
  const auto& dispatch = named(profile, "overhead.dispatch");
  EXPECT_NEAR(dispatch.estimate.value / 1.9e-6, 1, 0.05);
  EXPECT_EQ(dispatch.assumption, "too few samples in state 1 of 2: those of all states are used");
}

TEST(CalibratedStates, SamplesTakenDuringAChangeAreInNeither) {
  Machine machine;
  machine.all();
  for (auto& sample : machine.run.measurements[0].samples) {
    if (sample.repetition < 2) {
      sample.conditions.canary_change = 1.9;
      sample.seconds *= 5;
    }
  }
  const auto profile = calibrate({machine.run}, {100, 1});
  EXPECT_NEAR(named(profile, "sync.barrier").estimate.value / 1e-7, 1, 0.02);
  EXPECT_THAT(named(profile, "sync.barrier").evidence, HasSubstr("84 rows"));
}

TEST(CalibratedStates, ARunWithoutSeveralStaysAsItIs) {
  Machine with, without;
  with.second = without.second = 0;
  without.canaries = false;
  with.all();
  without.all();
  EXPECT_TRUE(divide({with.run}).runs.empty());
  EXPECT_TRUE(divide({without.run}).runs.empty());
  const auto profile = calibrate({with.run}, {100, 1});
  EXPECT_EQ(named(profile, "sync.barrier").assumption, "");
  EXPECT_THROW(calibrate({with.run}, {100, 1, 1}), results::InvalidInput);
}

}  // namespace
}  // namespace sextant::analysis
