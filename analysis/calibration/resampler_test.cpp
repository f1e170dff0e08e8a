// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/resampler.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/calibration/origin.hpp"
#include "results/record/summary.hpp"

namespace sextant::analysis {
namespace {

using results::Measurement;

// A point whose launch i has the level exp(levels[i]), with a little noise within.
Measurement point(const std::vector<double>& levels, int samples, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Measurement measurement{"memory.read", {{"footprint", 16.0}}, {"latency", results::Unit::second}, {}, {}, "", {}};
  for (std::size_t launch = 0; launch < levels.size(); ++launch) {
    for (int i = 0; i < samples; ++i) {
      results::Sample sample;
      sample.seconds = std::exp(levels[launch] + 0.005 * normal(random));
      sample.operations = 1;
      sample.launch = int(launch);
      sample.start = double(measurement.samples.size());
      measurement.samples.push_back(sample);
    }
  }
  return measurement;
}

const std::vector<double> levels{0.02, -0.03, 0.05, 0.01, -0.04, 0.03, -0.02, 0.04};

TEST(Resampler, TheMiddleOfTheDrawsIsAsWideAsTheIntervalOfTheSummary) {
  const Measurement measurement = point(levels, 20, 1);
  const Resampler resampler({{&measurement}});
  std::mt19937_64 random(1);
  std::vector<double> logs;
  for (int i = 0; i < 4000; ++i) logs.push_back(std::log(resampler.draw(random)[0].value));
  double sum = 0, squares = 0;
  for (const double x : logs) sum += x / 4000;
  for (const double x : logs) squares += (x - sum) * (x - sum) / 4000;
  const results::Summary summary = results::summarise(measurement);
  EXPECT_NEAR(1.96 * std::sqrt(squares), std::log(summary.high / summary.median),
              0.06 * std::log(summary.high / summary.median));
}

TEST(Resampler, WhatALaunchDidToTwoPointsStaysTogether) {
  const Measurement a = point(levels, 20, 1), b = point(levels, 20, 2);
  const auto correlation = [](const std::vector<Together>& groups) {
    const Resampler resampler(groups);
    std::mt19937_64 random(1);
    double xy = 0, xx = 0, yy = 0, x = 0, y = 0;
    constexpr int draws = 2000;
    for (int i = 0; i < draws; ++i) {
      const Observations drawn = resampler.draw(random);
      const double u = drawn[0].value, v = drawn[1].value;
      x += u / draws, y += v / draws, xx += u * u / draws, yy += v * v / draws, xy += u * v / draws;
    }
    return (xy - x * y) / std::sqrt((xx - x * x) * (yy - y * y));
  };
  EXPECT_GT(correlation({{&a, &b}}), 0.9);
  EXPECT_LT(std::abs(correlation({{&a}, {&b}})), 0.1);
}

TEST(Resampler, OneLaunchIsDrawnByItsTenths) {
  const Measurement measurement = point({0}, 100, 3);
  const Resampler resampler({{&measurement}});
  std::mt19937_64 random(1);
  double least = INFINITY, most = 0;
  for (int i = 0; i < 200; ++i) {
    const double value = resampler.draw(random)[0].value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  EXPECT_LT(least, most);
  EXPECT_NEAR(least, 1, 0.01);
  const Measurement single = point({0}, 1, 3);  // nothing to draw from: it stays what it is
  EXPECT_EQ(Resampler({{&single}}).draw(random)[0].value, single.samples[0].seconds);
}

TEST(Origin, ByProbeAndValidity) {
  Measurement measurement{
      "net.allreduce", {{"bytes", 4096.0}, {"ranks", 2.0}}, {"latency", results::Unit::second}, {}, {}, "", {}};
  results::Parameter parameter;
  parameter.name = "net.allreduce.alpha";
  parameter.validity = "ranks=2 bytes=8..32768";
  EXPECT_TRUE(feeds(measurement, parameter));
  parameter.validity = "ranks=4 bytes=8..32768";
  EXPECT_FALSE(feeds(measurement, parameter));
  parameter.validity = "ranks=2 bytes=65536..1048576";
  EXPECT_FALSE(feeds(measurement, parameter));
  parameter.validity = "threads=2";  // an axis this probe does not have
  EXPECT_TRUE(feeds(measurement, parameter));
  parameter.name = "memory.read.bandwidth";
  EXPECT_FALSE(feeds(measurement, parameter));
  measurement = {"near_data.gemv", {{"type", "int8"}}, {"bandwidth", results::Unit::byte_per_second}, {}, {}, "", {}};
  parameter.name = "near_data.gemv.efficiency";
  parameter.validity = "type=int8";
  EXPECT_TRUE(feeds(measurement, parameter));
  parameter.validity = "type=f32";
  EXPECT_FALSE(feeds(measurement, parameter));
}

}  // namespace
}  // namespace sextant::analysis
