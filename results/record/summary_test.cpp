// SPDX-License-Identifier: Apache-2.0
#include "results/record/summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace sextant::results {
namespace {

const Quantity latency{"latency", Unit::second};
const Quantity bandwidth{"bandwidth", Unit::byte_per_second};

Sample timed(double seconds, double bytes = 1) {
  Sample sample;
  sample.seconds = seconds;
  sample.operations = 1;
  sample.bytes = bytes;
  return sample;
}

Measurement of(const Quantity& quantity, const std::vector<double>& seconds, double bytes = 1) {
  Measurement measurement;
  measurement.quantity = quantity;
  for (const double s : seconds) measurement.samples.push_back(timed(s, bytes));
  return measurement;
}

TEST(Summary, OneSampleHasNoInterval) {
  const Summary s = summarise(of(latency, {2}));
  EXPECT_EQ(s.n, 1);
  EXPECT_EQ(s.launches, 1);
  EXPECT_EQ(s.median, 2);
  EXPECT_TRUE(std::isnan(s.low) && std::isnan(s.high) && std::isnan(s.p95));
  EXPECT_EQ(s.uncontended, 2);
  EXPECT_EQ(s.contention, 0);
}

TEST(Summary, NothingMeasuredIsNotAvailable) {
  Measurement measurement = of(latency, {1, 2});
  for (Sample& sample : measurement.samples) sample.stage = Stage::warmup;
  const Summary s = summarise(measurement);
  EXPECT_EQ(s.n, 0);
  EXPECT_EQ(s.measured_seconds, 0);
  EXPECT_TRUE(std::isnan(s.median));
}

TEST(Summary, RatesAreConvertedFromTimes) {
  // 100 bytes in 1, 2 and 4 s: the median rate is 100/2, whatever the mean of the rates.
  const Summary s = summarise(of(bandwidth, {4, 1, 2}, 100));
  EXPECT_EQ(s.median, 50);
  EXPECT_EQ(s.measured_seconds, 7);
  // Even n: the cost between the two middle ones is (2 + 4)/2 s per 100 bytes, not the mean of the two rates.
  EXPECT_DOUBLE_EQ(summarise(of(bandwidth, {1, 2, 4, 8}, 100)).median, 100.0 / 3);
}

TEST(Summary, EndsOfTheIntervalSwapForRates) {
  std::vector<double> seconds;
  for (int i = 1; i <= 100; ++i) seconds.push_back(i);
  std::shuffle(seconds.begin(), seconds.end(), std::mt19937(1));  // ascending, they would be a drift
  const Summary time = summarise(of(latency, seconds));
  EXPECT_EQ(time.low, 40);
  EXPECT_EQ(time.high, 61);
  EXPECT_DOUBLE_EQ(time.p5, 5.95);
  EXPECT_DOUBLE_EQ(time.p95, 95.05);
  EXPECT_DOUBLE_EQ(time.uncontended, 5.95);
  EXPECT_DOUBLE_EQ(time.contention, 50.5 / 5.95 - 1);
  const Summary rate = summarise(of(bandwidth, seconds));
  EXPECT_EQ(rate.low, 1.0 / 61);
  EXPECT_EQ(rate.high, 1.0 / 40);
  EXPECT_EQ(rate.p95, rate.uncontended);
  EXPECT_LT(rate.p5, rate.median);
}

TEST(Summary, TailsNeedFiftyNineSamples) {
  std::vector<double> seconds(58, 1.0);
  EXPECT_TRUE(std::isnan(summarise(of(latency, seconds)).p95));
  seconds.push_back(1);
  EXPECT_EQ(summarise(of(latency, seconds)).p95, 1);
}

TEST(Summary, TiesZeroAndNoWork) {
  const Summary same = summarise(of(latency, std::vector<double>(10, 3)));
  EXPECT_EQ(same.low, 3);
  EXPECT_EQ(same.high, 3);
  EXPECT_EQ(same.outliers, 0);
  EXPECT_TRUE(std::isnan(summarise(of(latency, {1, 1, 0, 1})).median));  // a sample that took no time cost nothing
  EXPECT_TRUE(std::isnan(summarise(of(bandwidth, {0, 0, 0})).median));   // no time passed
  const Summary idle = summarise(of(bandwidth, {1, 2}, 0));              // no bytes moved
  EXPECT_EQ(idle.n, 2);
  EXPECT_TRUE(std::isnan(idle.median));
  EXPECT_TRUE(std::isnan(summarise(of(latency, {1, not_available, 2})).median));
}

TEST(Summary, OutliersAreCountedAndKept) {
  const Summary s = summarise(of(latency, {1.00, 1.01, 1.02, 1.03, 1.04, 1.05, 9}));
  EXPECT_EQ(s.outliers, 1);
  EXPECT_EQ(s.n, 7);
  EXPECT_EQ(s.high, 9);
}

TEST(Summary, LaunchesAndOrder) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> time(-7, 1);
  Measurement measurement = of(bandwidth, {});
  for (int i = 0; i < 101; ++i) {
    measurement.samples.push_back(timed(time(random), 4096));
    measurement.samples.back().launch = i % 5;
  }
  const Summary a = summarise(measurement);
  EXPECT_EQ(a.launches, 5);
  std::reverse(measurement.samples.begin(), measurement.samples.end());
  const Summary b = summarise(measurement);
  EXPECT_EQ(a.measured_seconds, b.measured_seconds);
  EXPECT_EQ(a.median, b.median);
  EXPECT_EQ(a.contention, b.contention);
}

}  // namespace
}  // namespace sextant::results
