// SPDX-License-Identifier: Apache-2.0
// statistics.md section 11: points measured from the first launch to their status, by the sampler and the stopping rule
// that a run uses, on a clock that goes as a script says: so the truth is known. A short version runs by default;
// SEXTANT_TRIALS=400 is the full one, as the test `probe_acceptance_full` that is labelled slow.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "probes/probe/rounds.hpp"
#include "probes/probe/sampler.hpp"
#include "results/record/summary.hpp"

namespace sextant::probes {
namespace {

int trials() {
  const char* wanted = std::getenv("SEXTANT_TRIALS");
  return wanted ? std::atoi(wanted) : 60;
}

// Three standard errors of a share that should be `share`, among `count`.
double slack(double share, int count) { return 3 * std::sqrt(share * (1 - share) / count); }

// How long one iteration takes: a nanosecond in truth, which the launch, the moment and interrupts change.
struct Behaviour {
  double launch_spread = 0, spread = 0, spikes = 0;  // spreads of logarithms; share of samples with an interrupt
  double drift = 0;                                  // per sample, of the first one

  // Interrupts only lengthen: the share of the others below the median is 0.5/(1 - spikes).
  double median() const { return spikes > 0 ? std::exp(0.0660 * std::hypot(spread, launch_spread)) : 1; }
};

class ScriptedRun {
 public:
  ScriptedRun(const Behaviour& behaviour, std::uint64_t seed) : behaviour_(behaviour), random_(seed) {
    machine_.processors = {0};
    machine_.available_memory = 1 << 20;
    probe_.name = "scripted";
    probe_.quantity = {"latency", results::Unit::second};
    probe_.sample_seconds = 0.02;
    probe_.prepare = [this](Workspace&, const Point&) { return std::make_unique<ScriptedTrial>(*this); };
  }

  // One point, as the supervisor measures it: rounds of launches, a look after each.
  results::Measurement measure(const StoppingRule& rule) {
    results::Measurement point{"scripted", {}, probe_.quantity, results::Status::not_converged, {}, "", {}};
    Sink sink;
    int measured = 0, launches = 0;
    sink.row = [&](int, const results::Sample& sample) {
      measured += sample.stage == results::Stage::measure;
      point.samples.push_back(sample);
    };
    for (int round = 0; round == 0 || !judge(point, rule).done; ++round) {
      const int more = round == 0 ? rule.launches : next_launches(point, rule, launches);
      for (int turn = 0; turn < more; ++turn) {
        const int missing = samples_after(round, rule) - measured;
        const int share = (missing + more - turn - 1) / (more - turn);
        if (share > 0) launch(launches, share, sink);
        ++launches;
      }
    }
    conclude(point, rule, "");
    return point;
  }

 private:
  class ScriptedTrial final : public Trial {
   public:
    explicit ScriptedTrial(ScriptedRun& run) : run_(run) {}
    Work run(std::uint64_t iterations) override {
      run_.now_ += run_.seconds_per_iteration() * double(iterations);
      return {.operations = double(iterations)};
    }
    void verify() override {}

   private:
    ScriptedRun& run_;
  };

  double seconds_per_iteration() {
    const auto normal = [this] { return std::normal_distribution<double>()(random_); };
    const bool interrupted = std::bernoulli_distribution(behaviour_.spikes)(random_);
    const double noise = std::exp(launch_ + behaviour_.spread * normal());
    return 1e-9 * (interrupted ? 3 : 1) * noise * (1 + behaviour_.drift * samples_++);
  }

  void launch(int number, int samples, const Sink& sink) {
    launch_ = behaviour_.launch_spread * std::normal_distribution<double>()(random_);
    Workspace workspace(machine_, {}, random_());
    const Clock clock{[](void* state) { return static_cast<ScriptedRun*>(state)->now_; }, this};
    run_launch(probe_, workspace, {{0, {}, 20'000'000, samples}}, number, clock, 0, sink);
  }

  Behaviour behaviour_;
  std::mt19937_64 random_;
  Machine machine_;
  Probe probe_;
  double now_ = 0, launch_ = 0;
  int samples_ = 0;
};

double error_of(const results::Measurement& point, const Behaviour& behaviour) {
  return results::summarise(point).median / (1e-9 * behaviour.median()) - 1;
}

TEST(StoppingRule, ConstantTimesEndAtTheFirstLookThatMayEnd) {
  const StoppingRule rule = stopping_rule("quick", 0.01);
  const auto point = ScriptedRun({}, 1).measure(rule);
  EXPECT_EQ(point.status, results::Status::converged);
  EXPECT_EQ(results::summarise(point).n, rule.first_samples);
}

TEST(StoppingRule, WhatConvergedIsAsRightAsItSays) {
  const Behaviour behaviour{.launch_spread = 0.005, .spread = 0.03, .spikes = 0.05};
  const StoppingRule rule = stopping_rule("standard", 0.01);
  int converged = 0, right = 0;
  for (int t = 0; t < trials(); ++t) {
    const auto point = ScriptedRun(behaviour, std::uint64_t(t)).measure(rule);
    if (point.status != results::Status::converged) continue;
    ++converged;
    right += std::abs(error_of(point, behaviour)) <= rule.precision;
  }
  std::printf("%d of %d converged, %d of them within %g %%\n", converged, trials(), right, 100 * rule.precision);
  EXPECT_GT(converged, 0.8 * trials());
  EXPECT_GE(double(right) / converged, 0.93 - slack(0.93, converged));
}

// A drift that the wanted precision can see: a slower one ends as converged before it has moved the median by 1 %.
TEST(StoppingRule, DriftIsNonstationary) {
  int noticed = 0;
  for (int t = 0; t < trials(); ++t) {
    const auto point =
        ScriptedRun({.spread = 0.005, .drift = 2e-3}, std::uint64_t(t)).measure(stopping_rule("standard", 0.01));
    noticed += point.status == results::Status::nonstationary;
  }
  EXPECT_GE(noticed, 0.95 * trials());
}

// Runs of twelve points, repeated: how often the intervals that they print hold the truth. To stop when the interval is
// narrow prefers the runs whose launches happened to be alike; with the three launches of a quick run that costs most.
struct Mode {
  const char* name;
  double least;  // share that must hold it
};

class ScriptedRuns : public testing::TestWithParam<Mode> {};

TEST_P(ScriptedRuns, CoverTheTruthAtTheNominalRate) {
  const StoppingRule rule = stopping_rule(GetParam().name, 0.01);
  const int runs = std::max(20, trials() / 3);
  int covered = 0, all = 0;
  for (int run = 0; run < runs; ++run) {
    for (int n = 0; n < 12; ++n, ++all) {
      const Behaviour behaviour{.launch_spread = 0.002 * n, .spread = 0.02, .spikes = n % 2 ? 0.05 : 0};
      const auto summary = results::summarise(ScriptedRun(behaviour, std::uint64_t(1000 * run + n)).measure(rule));
      const double truth = 1e-9 * behaviour.median();
      covered += summary.low <= truth && truth <= summary.high;
    }
  }
  std::printf("%s: %d of %d intervals hold the truth\n", GetParam().name, covered, all);
  EXPECT_GE(double(covered) / all, GetParam().least - slack(GetParam().least, all));
  EXPECT_LE(double(covered) / all, 0.98);
}

INSTANTIATE_TEST_SUITE_P(Modes, ScriptedRuns,
                         testing::Values(Mode{"standard", 0.94}, Mode{"publish", 0.94}, Mode{"quick", 0.91}));

}  // namespace
}  // namespace sextant::probes
