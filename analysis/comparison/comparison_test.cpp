// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::Measurement;
using results::Quantity;
using results::Status;
using results::Unit;
using results::Verdict;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct Noise {
  double between = 0.002;  // of launches, relative
  double within = 0.01;    // of samples
  int launches = 10;
  int samples = 20;
};

// A point that takes `seconds` per operation, give or take.
Measurement measured(const std::string& probe, double threads, double seconds, std::uint64_t seed,
                     const Noise& noise = {}) {
  Measurement measurement;
  measurement.probe = probe;
  measurement.point = {{"threads", threads}};
  measurement.quantity = {"latency", Unit::second};
  measurement.status = Status::converged;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  for (int launch = 0; launch < noise.launches; ++launch) {
    const double level = seconds * std::exp(noise.between * normal(random));
    for (int i = 0; i < noise.samples; ++i) {
      results::Sample sample;
      sample.operations = 1000;
      sample.bytes = 64000;
      sample.seconds = 1000 * level * std::exp(noise.within * normal(random));
      sample.launch = launch;
      sample.repetition = i;
      sample.start = launch + 0.01 * i;
      measurement.samples.push_back(sample);
    }
  }
  return measurement;
}

results::Run run_of(std::vector<Measurement> measurements, const std::string& id = "1") {
  results::Run run;
  run.provenance.machine = "box";
  run.provenance.run_id = id;
  run.provenance.mode = "standard";
  run.provenance.state = results::State::complete;
  run.provenance.environment = {{"build.version", "0.1.0"}};
  run.measurements = std::move(measurements);
  return run;
}

Comparison compared(const results::Run& a, const results::Run& b, const ComparisonOptions& options = {}) {
  return compare({"base", a}, {"new", b}, options);
}

std::string complaint(const results::Run& a, const results::Run& b, const ComparisonOptions& options = {}) {
  try {
    compared(a, b, options);
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "no complaint";
}

// The verdict on a single point that takes `factor` times as long in B.
Row verdict_on(double factor, const Noise& noise = {}, const ComparisonOptions& options = {}) {
  return compared(run_of({measured("p", 1, 1e-6, 1, noise)}), run_of({measured("p", 1, factor * 1e-6, 2, noise)}),
                  options)
      .rows.at(0);
}

TEST(Comparison, WhatIsAlikeIsTheSame) {
  const Row row = verdict_on(1);
  EXPECT_EQ(row.verdict, Verdict::same);
  EXPECT_NEAR(row.ratio.ratio, 1, 0.005);
  EXPECT_NEAR(row.superiority, 0.5, 0.1);
  EXPECT_EQ(row.a.units, 10);
  EXPECT_EQ(row.a.samples, 200);
  EXPECT_NEAR(row.a.median.value, 1e-6, 1e-8);
  EXPECT_LT(row.a.median.low, row.a.median.value);
}

TEST(Comparison, FivePerCentMoreTimeIsSlowerAndFivePerCentLessIsFaster) {
  const Row slower = verdict_on(1.05);
  EXPECT_EQ(slower.verdict, Verdict::slower);
  EXPECT_NEAR(slower.ratio.ratio, 1.05, 0.005);
  EXPECT_LT(slower.ratio.low, 1.05);
  EXPECT_GT(slower.ratio.high, 1.05);
  EXPECT_LT(slower.superiority, 0.05);
  EXPECT_EQ(slower.needed, 0);
  EXPECT_EQ(verdict_on(1 / 1.05).verdict, Verdict::faster);
}

TEST(Comparison, ThreePerMilleAreNeverCalledADifference) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Noise quiet{0.0005, 0.002, 10, 20};
    const auto row = compared(run_of({measured("p", 1, 1e-6, seed, quiet)}),
                              run_of({measured("p", 1, 1.003e-6, 1000 + seed, quiet)}))
                         .rows.at(0);
    ASSERT_EQ(row.verdict, Verdict::same) << seed;
  }
}

TEST(Comparison, NoiseIsInconclusiveAndSaysHowManyLaunchesWouldTell) {
  const Row row = verdict_on(1.05, {0.2, 0.2, 5, 10});
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  EXPECT_GT(row.needed, 5);
}

TEST(Comparison, RatesAreComparedByTheirTimes) {
  Measurement a = measured("p", 1, 1e-6, 1), b = measured("p", 1, 1.05e-6, 2);
  a.quantity = b.quantity = {"bandwidth", Unit::byte_per_second};
  const Row row = compared(run_of({a}), run_of({b})).rows.at(0);
  EXPECT_EQ(row.verdict, Verdict::slower);
  EXPECT_NEAR(row.ratio.ratio, 1.05, 0.005);
  EXPECT_NEAR(row.a.median.value, 64e6, 1e6);
  EXPECT_NEAR(row.b.median.value, 64e6 / 1.05, 1e6);
  EXPECT_LT(row.a.median.low, row.a.median.high);
}

TEST(Comparison, FewOfManyEqualPointsLookDifferent) {
  // Holm keeps the chance that any of a table of equal points is called different at 5 %.
  int tables = 0, wrong = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed, ++tables) {
    std::vector<Measurement> a, b;
    for (int point = 0; point < 10; ++point) {
      const Noise noise{0.02, 0.02, 5, 4};
      a.push_back(measured("p", point, 1e-6, 1000 * seed + std::uint64_t(point), noise));
      b.push_back(measured("p", point, 1e-6, 1000 * seed + 500 + std::uint64_t(point), noise));
    }
    const Comparison comparison = compared(run_of(std::move(a)), run_of(std::move(b)), {.margin = 0.01});
    EXPECT_EQ(comparison.compared, 10);
    for (const Row& row : comparison.rows) {
      if (row.verdict == Verdict::slower || row.verdict == Verdict::faster) {
        ++wrong;
        break;
      }
    }
  }
  EXPECT_LE(wrong, 5) << "of " << tables;  // 1.5 are expected, more than 5 have a chance below 1 %
}

TEST(Comparison, ADifferenceThatHolmTakesBackIsInconclusive) {
  // Alone this point is called; among many others its p value, times their number, is above 5 %.
  const Noise noise{0.02, 0.005, 5, 10};
  std::uint64_t seed = 1;
  Row alone;
  for (;; ++seed) {
    ASSERT_LT(seed, 1000u);
    alone = compared(run_of({measured("p", 0, 1e-6, seed, noise)}),
                     run_of({measured("p", 0, 1.04e-6, seed + 5000, noise)}), {.margin = 0.01})
                .rows.at(0);
    if (alone.verdict == Verdict::slower && alone.ratio.p > 0.01 && alone.ratio.p < 0.04) break;
  }
  std::vector<Measurement> a{measured("p", 0, 1e-6, seed, noise)}, b{measured("p", 0, 1.04e-6, seed + 5000, noise)};
  for (int point = 1; point < 10; ++point) {
    a.push_back(measured("p", point, 1e-6, 7));
    b.push_back(a.back());
  }
  const Comparison comparison = compared(run_of(a), run_of(b), {.margin = 0.01});
  EXPECT_EQ(comparison.rows[0].ratio.p, alone.ratio.p);
  EXPECT_NEAR(comparison.rows[0].adjusted_p, 10 * alone.ratio.p, 1e-12);
  EXPECT_EQ(comparison.rows[0].verdict, Verdict::inconclusive);
  EXPECT_EQ(comparison.compared, 10);
}

TEST(Comparison, PointsOfOneSideOnlyAreListed) {
  const Comparison comparison = compared(run_of({measured("p", 1, 1e-6, 1), measured("p", 2, 1e-6, 1)}),
                                         run_of({measured("p", 1, 1e-6, 2), measured("q", 1, 1e-6, 2)}));
  EXPECT_THAT(comparison.rows, SizeIs(1));
  EXPECT_THAT(comparison.only_in_a, ElementsAre("p threads=2"));
  EXPECT_THAT(comparison.only_in_b, ElementsAre("q threads=1"));
}

TEST(Comparison, WhatCannotBeComparedIsRefusedInOneSentence) {
  const results::Run run = run_of({measured("p", 1, 1e-6, 1)});
  EXPECT_EQ(complaint(run, run), "no complaint");
  EXPECT_THAT(complaint(run, run_of({measured("q", 1, 1e-6, 1)})),
              AllOf(HasSubstr("base and new have no probe in common"), HasSubstr("A has p, B has q")));
  EXPECT_THAT(complaint(run, run_of({measured("p", 2, 1e-6, 1)})),
              AllOf(HasSubstr("no point in common"), HasSubstr("p threads=1"), HasSubstr("p threads=2")));
  EXPECT_THAT(complaint(run, run_of({})), HasSubstr("new: holds no measured point"));
  EXPECT_THAT(complaint(run_of({}), run), HasSubstr("base: holds no measured point"));
  results::Run other = run;
  other.measurements[0].quantity = {"bandwidth", Unit::byte_per_second};
  EXPECT_THAT(complaint(run, other),
              AllOf(HasSubstr("p threads=1 is latency in s in base"), HasSubstr("bandwidth in By/s in new")));
  other = run;
  other.measurements[0].quantity.name = "patience";
  EXPECT_THAT(complaint(run, other), HasSubstr("patience"));
}

TEST(Comparison, AnotherVersionIsRefusedUnlessItIsAskedFor) {
  const results::Run a = run_of({measured("p", 1, 1e-6, 1)});
  results::Run b = a;
  b.provenance.environment = {{"build.version", "0.2.0"}};
  EXPECT_THAT(complaint(a, b), AllOf(HasSubstr("base was measured by Sextant 0.1.0"), HasSubstr("--any-version")));
  EXPECT_THAT(compared(a, b, {.any_version = true}).notes, Contains(HasSubstr("Sextant 0.2.0 B")));
  b.provenance.environment.clear();  // an imported run says nothing
  EXPECT_EQ(complaint(a, b), "no complaint");
}

TEST(Comparison, APointOfOneLaunchIsRefusedInItsRow) {
  const Measurement one = measured("p", 2, 1e-6, 1, {.launches = 1});
  const Comparison comparison = compared(run_of({measured("p", 1, 1e-6, 1), one}),
                                         run_of({measured("p", 1, 1e-6, 2), measured("p", 2, 1e-6, 2)}));
  EXPECT_THAT(comparison.rows[1].refused, HasSubstr("A has a single launch"));
  EXPECT_EQ(comparison.compared, 1);
  EXPECT_THAT(
      complaint(run_of({one}), run_of({measured("p", 2, 1e-6, 2)})),
      AllOf(HasSubstr("no point can be compared"), HasSubstr("p threads=2"), HasSubstr("A has a single launch")));
}

TEST(Comparison, APointThatFailedWasSkippedOrDidNoWorkIsRefusedInItsRow) {
  const Measurement good = measured("p", 1, 1e-6, 1);
  const auto refusal = [&](const std::function<void(Measurement&)>& spoil) {
    Measurement spoilt = measured("p", 2, 1e-6, 1);
    spoil(spoilt);
    return compared(run_of({good, measured("p", 2, 1e-6, 1)}), run_of({good, spoilt})).rows.at(1).refused;
  };
  EXPECT_EQ(refusal([](Measurement& m) {
              m.status = Status::failed;
              m.reason = "The answer was wrong.";
            }),
            "B failed: The answer was wrong.");
  EXPECT_EQ(refusal([](Measurement& m) {
              m.status = Status::skipped;
              m.reason = "No GPU.";
            }),
            "B skipped: No GPU.");
  EXPECT_THAT(refusal([](Measurement& m) { m.samples[3].operations = 0; }), HasSubstr("B has a sample without work"));
  EXPECT_THAT(refusal([](Measurement& m) { m.samples[3].seconds = 0; }), HasSubstr("without time"));
  EXPECT_THAT(refusal([](Measurement& m) { m.samples.clear(); }), HasSubstr("B has no measured sample"));
}

TEST(Comparison, TheRepetitionsOfAnImportedProcessAreItsUnits) {
  Measurement a = measured("google-benchmark", 1, 1e-6, 1, {.launches = 1, .samples = 10});
  Measurement b = measured("google-benchmark", 1, 1.2e-6, 2, {.launches = 1, .samples = 10});
  a.flags.imported = b.flags.imported = true;
  a.status = b.status = Status::not_converged;
  const Comparison comparison = compared(run_of({a}), run_of({b}));
  EXPECT_EQ(comparison.rows[0].verdict, Verdict::slower);
  EXPECT_EQ(comparison.rows[0].a.units, 10);
  EXPECT_THAT(comparison.rows[0].marks, IsEmpty());
  EXPECT_THAT(comparison.notes, Contains(HasSubstr("what differs from launch to launch is not in the intervals")));
  a.samples.resize(1);
  EXPECT_THAT(complaint(run_of({a}), run_of({b})), HasSubstr("A has a single repetition"));
}

TEST(Comparison, DoubtfulPointsAreMarkedAndDoubtfulRunsNoted) {
  Measurement a = measured("p", 1, 1e-6, 1), b = measured("p", 1, 1e-6, 2);
  a.status = Status::not_converged;
  b.status = Status::nonstationary;
  b.flags.contended = true;
  results::Run base = run_of({a}, "1"), fresh = run_of({b}, "2");
  fresh.provenance.machine = "other";
  fresh.provenance.mode = "quick";
  fresh.provenance.state = results::State::running;
  const Comparison comparison = compared(base, fresh);
  EXPECT_THAT(comparison.rows[0].marks, ElementsAre("A not converged", "B nonstationary", "B contended"));
  ASSERT_THAT(comparison.notes, SizeIs(4));
  EXPECT_THAT(comparison.notes[0], HasSubstr("A was measured on box and B on other"));
  EXPECT_THAT(comparison.notes[1], HasSubstr("two sessions"));
  EXPECT_THAT(comparison.notes[2], HasSubstr("A is a standard run and B a quick one"));
  EXPECT_THAT(comparison.notes[3], HasSubstr("B is still marked as running"));
  EXPECT_THAT(compared(base, base).notes, ElementsAre("A and B are the same run."));
}

TEST(Comparison, TheMarginIsWhatRunsKnownToBeAlikeDifferBy) {
  const Noise noise{0.03, 0.001, 5, 10};
  std::vector<results::Run> alike;
  for (std::uint64_t i = 0; i < 4; ++i) {
    std::vector<Measurement> points;
    for (int point = 0; point < 4; ++point)
      points.push_back(measured("p", point, 1e-6, 100 * i + std::uint64_t(point), noise));
    alike.push_back(run_of(std::move(points)));
  }
  ComparisonOptions options;
  for (const auto& run : alike) options.same.push_back({"alike", run});
  const Row row = verdict_on(1.02, {}, options);
  EXPECT_GT(row.margin.value, 0.02);  // launches differ by 3 %, medians of five by half of that, two of them by more
  EXPECT_LT(row.margin.value, 0.08);
  EXPECT_THAT(row.margin.source, HasSubstr("24 pairs of 4 runs"));
  EXPECT_EQ(row.verdict, Verdict::same);
  EXPECT_EQ(verdict_on(1.02).verdict, Verdict::slower);  // by its own halves
  options.same.pop_back();
  EXPECT_THAT(complaint(alike[0], alike[1], options), HasSubstr("--same: p has 12 pairs of equal points in 3 runs"));
  // A probe of which nothing can be compared needs no margin.
  options.same.push_back({"alike", alike[3]});
  Measurement skipped = measured("q", 1, 1e-6, 1);
  skipped.status = Status::skipped;
  const results::Run run = run_of({measured("p", 1, 1e-6, 1), skipped});
  EXPECT_EQ(complaint(run, run, options), "no complaint");
}

TEST(Margin, HalvesOfQuietLaunchesGiveTheLeastAndOfNoisyOnesMore) {
  EXPECT_EQ(verdict_on(1).margin.value, results::least_margin);
  const double noisy = verdict_on(1, {0.1, 0.01, 10, 10}).margin.value;
  EXPECT_GT(noisy, 0.03);
  EXPECT_LT(noisy, 0.3);
  EXPECT_EQ(verdict_on(1, {}, {.margin = 0.02}).margin.source, "--margin");
}

TEST(Margin, OfPairsShrinksWithTheirNumber) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(0, 0.05);
  std::vector<double> ratios;
  for (int i = 0; i < 20; ++i) ratios.push_back(std::exp(normal(random)));
  const double ten = margin_from_same_pairs(ratios, 10, 1).value;
  const double forty = margin_from_same_pairs(ratios, 40, 1).value;
  EXPECT_NEAR(ten, 1.96 * 1.25 * 0.05 / std::sqrt(10), 0.02);
  EXPECT_NEAR(ten / forty, 2, 0.5);
  EXPECT_LT(margin_from_pairs(ratios).value, 3 * margin_from_same_pairs(ratios, 20, 1).value);
  EXPECT_EQ(margin_from_pairs(std::vector<double>{1, 1.2}).value, results::least_margin);
}

}  // namespace
}  // namespace sextant::analysis
