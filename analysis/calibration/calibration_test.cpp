// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/calibration/truth.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

TEST(Calibration, RecoversAlphaAndGapWithinTheirIntervals) {
  Truth truth;
  truth.allreduce(6e-6, 3e-10);
  const auto profile = calibrate({truth.run}, {200, 1});
  const auto& alpha = only(profile, "net.allreduce.alpha");
  const auto& gap = only(profile, "net.allreduce.gap");
  EXPECT_TRUE(alpha.refused.empty()) << alpha.refused;
  EXPECT_NEAR(alpha.estimate.value / 6e-6, 1, 0.03);
  EXPECT_NEAR(gap.estimate.value / 3e-10, 1, 0.03);
  EXPECT_LE(alpha.estimate.low, alpha.estimate.value);
  EXPECT_GE(alpha.estimate.high, alpha.estimate.value);
  EXPECT_NE(alpha.evidence.find("20260101-0"), std::string::npos);
  EXPECT_EQ(alpha.source, results::Source::fitted);
}

TEST(Calibration, WhatNoFitReadsStandsForItself) {
  Truth truth;
  truth.add("gpu.copy.host_to_device", Point{{"device", 0.0}}, {"bandwidth", Unit::byte_per_second}, 55e9);
  truth.add("gpu.copy.host_to_device", Point{{"device", 1.0}}, {"bandwidth", Unit::byte_per_second}, 50e9);
  truth.allreduce(2e-6, 1e-10);
  const auto profile = calibrate({truth.run}, {200, 1});
  const auto* second = results::find(profile, "gpu.copy.host_to_device.bandwidth[device=1]");
  ASSERT_NE(second, nullptr);
  EXPECT_NEAR(second->estimate.value / 50e9, 1, 0.03);
  EXPECT_LT(second->estimate.low, second->estimate.value);
  const auto messages = std::count_if(profile.parameters.begin(), profile.parameters.end(), [](const auto& parameter) {
    return parameter.name.starts_with("net.allreduce.latency");
  });
  EXPECT_EQ(messages, 0);  // fitted, so its points do not stand for themselves too
}

TEST(Calibration, RefusesDataBuiltWithANegativeAlpha) {
  Truth truth(0.01);
  for (int i = 0; i < 6; ++i) {
    const double bytes = std::ldexp(65536, i);
    truth.add("net.allreduce", Point{{"bytes", bytes}, {"ranks", 2.0}}, {"latency", Unit::second},
              4e-10 * bytes - 8e-6);
  }
  const auto profile = calibrate({truth.run}, {200, 1});
  const auto& alpha = only(profile, "net.allreduce.alpha");
  EXPECT_NE(alpha.refused.find("not positive"), std::string::npos) << alpha.refused;
  EXPECT_TRUE(std::isnan(alpha.estimate.value));
}

TEST(Calibration, RefusesALineThroughThreeSizesAndSaysHowToMeasureMore) {
  Truth truth;
  truth.allreduce(6e-6, 3e-10, 3);
  const auto profile = calibrate({truth.run}, {100, 1});
  const auto& alpha = only(profile, "net.allreduce.alpha");
  EXPECT_NE(alpha.refused.find("--set net.allreduce.bytes="), std::string::npos) << alpha.refused;
}

// What other tools measured: one value a point, other axes or none.
TEST(Calibration, ImportedMessagesAreFittedByTheirOtherAxes) {
  Truth truth(0.0);
  for (int i = 0; i < 12; ++i) {
    const double bytes = std::ldexp(8, i);
    truth.add("net.pingpong", Point{{"bytes", bytes}}, {"latency", Unit::second}, 2e-6 + 1e-10 * bytes, 1, 1);
    truth.add("gpu.collective.broadcast", Point{{"ranks", 4.0}, {"bytes", bytes}, {"library", std::string("a")}},
              {"latency", Unit::second}, 5e-6 + 2e-10 * bytes, 1, 1);
  }
  for (auto& measurement : truth.run.measurements) measurement.flags.imported = true;
  const auto profile = calibrate({truth.run}, {100, 1});
  const auto* pingpong = results::find(profile, "net.pingpong.alpha[bytes=8..16384]");
  ASSERT_NE(pingpong, nullptr);
  EXPECT_NEAR(pingpong->estimate.value, 2e-6, 1e-10);
  const auto* gap = results::find(profile, "gpu.collective.broadcast.gap[ranks=4 bytes=8..16384 library=a]");
  ASSERT_NE(gap, nullptr);
  EXPECT_NEAR(gap->estimate.value, 2e-10, 1e-14);
  EXPECT_NE(gap->assumption.find("one value a point"), std::string::npos);
}

TEST(Calibration, DrawsKeepTheCovarianceOfAlphaAndGap) {
  Truth truth(0.1);
  truth.allreduce(6e-6, 3e-10, 12);
  const auto profile = calibrate({truth.run}, {400, 1});
  ASSERT_EQ(profile.draws.columns.size(), profile.parameters.size());
  ASSERT_EQ(profile.draws.rows.size(), 400u);
  double xy = 0, x = 0, y = 0;
  for (const auto& row : profile.draws.rows) {
    x += row[0] / 400;
    y += row[1] / 400;
  }
  for (const auto& row : profile.draws.rows) xy += (row[0] - x) * (row[1] - y);
  EXPECT_LT(xy, 0);  // a higher start goes with a smaller gap
}

TEST(Calibration, GemvEfficiencyIsGemvOverReadingWithTheSameThreads) {
  Truth truth;
  const results::Quantity bandwidth{"bandwidth", Unit::byte_per_second};
  for (double threads : {1.0, 2.0}) {
    truth.add("memory.read", Point{{"footprint", 16384.0}, {"threads", threads}}, bandwidth, 300e9 * threads);
    truth.add("memory.read", Point{{"footprint", 1073741824.0}, {"threads", threads}}, bandwidth, 25e9 * threads);
    truth.add("near_data.gemv", Point{{"type", std::string("int8")}, {"footprint", 1048576.0}, {"threads", threads}},
              bandwidth, 40e9 * threads);
    truth.add("near_data.gemv", Point{{"type", std::string("int8")}, {"footprint", 536870912.0}, {"threads", threads}},
              bandwidth, 20e9 * threads);
  }
  const auto profile = calibrate({truth.run}, {200, 1});
  const auto& efficiency = only(profile, "near_data.gemv.efficiency");
  EXPECT_EQ(efficiency.validity, "type=int8");
  EXPECT_NEAR(efficiency.estimate.value, 0.8, 0.02);
  const auto* ceiling = results::find(profile, "near_data.gemv.ceiling[type=int8 threads=2]");
  ASSERT_NE(ceiling, nullptr);
  EXPECT_NEAR(ceiling->estimate.value / 80e9, 1, 0.03);
  const auto* dram = results::find(profile, "memory.read.bandwidth.dram[threads=2]");
  ASSERT_NE(dram, nullptr);
  EXPECT_NEAR(dram->estimate.value / 50e9, 1, 0.03);
}

TEST(Calibration, InterferenceIsTheWorstPairOverTheSlowerProcessorAlone) {
  Truth truth(0.05);
  const results::Quantity latency{"latency", Unit::second};
  const auto add = [&](double first, double second, double seconds) {
    truth.add("cpu.interference", Point{{"first", first}, {"second", second}}, latency, seconds);
  };
  add(0, 0, 1e-10);
  add(1, 1, 1e-10);
  add(2, 2, 3e-10);  // a slow core, which slows nobody
  for (double other : {0.0, 1.0}) {
    add(other, 2, 3e-10);
    add(2, other, 3e-10);
  }
  add(0, 1, 1.9e-10);
  add(1, 0, 1.7e-10);
  const auto profile = calibrate({truth.run}, {400, 1});
  const auto& worst = only(profile, "cpu.interference");
  EXPECT_EQ(worst.validity, "first=0 second=1");
  EXPECT_NEAR(worst.estimate.value, 1.9, 0.06);
  EXPECT_LT(worst.estimate.low, worst.estimate.value);
  EXPECT_GT(worst.estimate.high, worst.estimate.value);
  EXPECT_LT(worst.estimate.high, 2.2);
  EXPECT_EQ(worst.unit, Unit::one);
  double mean = 0;
  std::size_t column = 0;
  while (profile.draws.columns[column] != "cpu.interference[first=0 second=1]") ++column;
  for (const auto& row : profile.draws.rows) mean += row[column] / 400;
  EXPECT_NEAR(mean / worst.estimate.value, 1, 0.01);  // the pair is chosen once, not anew in each draw
}

TEST(Calibration, WithoutAPairThereIsNoInterference) {
  Truth truth;
  truth.add("cpu.interference", Point{{"first", 0.0}, {"second", 0.0}}, {"latency", Unit::second}, 1e-10);
  truth.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  EXPECT_EQ(results::find(calibrate({truth.run}, {100, 1}), "cpu.interference"), nullptr);
  Truth pair_only;
  pair_only.add("cpu.interference", Point{{"first", 0.0}, {"second", 1.0}}, {"latency", Unit::second}, 1e-10);
  pair_only.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  for (const auto& parameter : calibrate({pair_only.run}, {100, 1}).parameters) {
    EXPECT_NE(parameter.name, "cpu.interference");
  }
}

TEST(Calibration, ThePeakOfStorageIsOnePointsValueAndTheLargestFileCounts) {
  Truth truth(0.1);
  const results::Quantity bandwidth{"bandwidth", Unit::byte_per_second};
  for (double span : {268435456.0, 1073741824.0}) {
    for (double depth : {1.0, 8.0, 32.0}) {
      truth.add("storage.read",
                Point{{"span", span}, {"pattern", std::string("random")}, {"block", 4096.0}, {"depth", depth}},
                bandwidth, (span > 5e8 ? 1e8 : 4e8) * (depth > 1 ? 3 : 1));
    }
  }
  const auto profile = calibrate({truth.run}, {400, 1});
  const auto& peak = only(profile, "storage.read.peak");
  EXPECT_NEAR(peak.estimate.value / 3e8, 1, 0.05);
  double mean = 0;
  std::size_t column = 0;
  while (profile.draws.columns[column] != "storage.read.peak") ++column;
  for (const auto& row : profile.draws.rows) mean += row[column] / 400;
  EXPECT_NEAR(mean / peak.estimate.value, 1, 0.01);  // no drift upwards from taking the best of each draw
  EXPECT_NE(results::find(profile, "storage.read.bandwidth[block=4096 depth=8]"), nullptr);
}

TEST(Calibration, TheLaterRunOfTheSamePointCounts) {
  Truth first, second;
  first.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  second.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 2e-9);
  const auto profile = calibrate({first.run, second.run}, {100, 1});
  EXPECT_NEAR(only(profile, "memory.latency").estimate.value / 2e-9, 1, 0.03);
}

TEST(Calibration, FailedAndSkippedPointsAreNotFitted) {
  Truth truth;
  truth.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  truth.run.measurements[0].status = results::Status::failed;
  EXPECT_THROW(calibrate({truth.run}), results::InvalidInput);
}

TEST(Calibration, RunsOfDifferentMachinesAreRefused) {
  Truth first, second;
  first.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  second.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  second.run.provenance.machine = "another";
  EXPECT_THROW(calibrate({first.run, second.run}), results::InvalidInput);
}

TEST(Calibration, AContendedPointMayNotTravelAsMeasuredHere) {
  Truth truth;
  truth.add("memory.latency", Point{{"footprint", 16384.0}}, {"latency", Unit::second}, 1e-9);
  truth.run.measurements[0].flags.contended = true;
  EXPECT_EQ(only(calibrate({truth.run}, {100, 1}), "memory.latency").transfer, results::TransferClass::T2);
}

}  // namespace
}  // namespace sextant::analysis
