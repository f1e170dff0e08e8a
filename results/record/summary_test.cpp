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

TEST(Summary, QuantilesInterpolate) {
  const std::vector<double> even{1, 2, 4, 8};
  EXPECT_EQ(median(even), 3);
  EXPECT_EQ(quantile(even, 0), 1);
  EXPECT_EQ(quantile(even, 1), 8);
  EXPECT_DOUBLE_EQ(quantile(even, 0.05), 1.15);
  EXPECT_EQ(median(std::vector<double>{7}), 7);
  EXPECT_EQ(median(std::vector<double>{1, 5, 5, 5, 9}), 5);
  EXPECT_THROW(median({}), std::invalid_argument);
}

TEST(Summary, ExactRanksOfTheMedian) {
  const std::pair<int, Ranks> table[] = {{6, {1, 6}},    {9, {2, 8}},    {10, {2, 9}},   {15, {4, 12}},
                                         {20, {6, 15}},  {30, {10, 21}}, {40, {14, 27}}, {50, {18, 33}},
                                         {80, {31, 50}}, {100, {40, 61}}};
  for (const auto& [n, ranks] : table) EXPECT_EQ(interval_ranks(n, 0.5), ranks) << n;
  for (int n = 0; n <= 5; ++n) EXPECT_FALSE(interval_ranks(n, 0.5)) << n;
}

// P(fewer than `rank` of n samples lie below the quantile q), summed term by term.
double fewer_than(int rank, int n, double q) {
  double term = std::pow(1 - q, n);
  double sum = 0;
  for (int k = 0; k < rank; ++k) {
    sum += term;
    term *= (n - k) * q / ((k + 1) * (1 - q));
  }
  return sum;
}

TEST(Summary, RanksAreTheTightestThatHoldTheirTails) {
  for (const double q : {0.05, 0.25, 0.5}) {
    for (const int n : {80, 200, 640}) {
      const auto ranks = interval_ranks(n, q);
      ASSERT_TRUE(ranks) << n << " " << q;
      EXPECT_LE(fewer_than(ranks->low, n, q), 0.025) << n << " " << q;
      EXPECT_GT(fewer_than(ranks->low + 1, n, q), 0.025) << n << " " << q;
      EXPECT_LE(1 - fewer_than(ranks->high, n, q), 0.025) << n << " " << q;
      EXPECT_GT(1 - fewer_than(ranks->high - 1, n, q), 0.025) << n << " " << q;
      const auto mirrored = interval_ranks(n, 1 - q);
      ASSERT_TRUE(mirrored);
      EXPECT_EQ(mirrored->low, n + 1 - ranks->high);
    }
  }
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
  const Summary zero = summarise(of(latency, {0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(zero.median, 0);
  EXPECT_EQ(zero.outliers, 1);
  EXPECT_TRUE(std::isnan(zero.contention));
  EXPECT_TRUE(std::isnan(summarise(of(bandwidth, {0, 0, 0})).median));  // no time passed
  const Summary idle = summarise(of(bandwidth, {1, 2}, 0));             // no bytes moved
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

// statistics.md section 11.1: the interval covers the true median. Skewed data with spikes; the sign test over-covers a
// little.
TEST(Summary, IntervalCoversTheMedian) {
  std::mt19937_64 random(20240229);
  std::lognormal_distribution<double> body(0, 0.1);
  std::bernoulli_distribution spike(0.05);
  std::exponential_distribution<double> height(2);
  const auto draw = [&] { return spike(random) ? 1.3 + height(random) : body(random); };
  // P(body <= m) = 0.5/0.95 as spikes lie above: z = 0.0660 for that probability.
  const double truth = std::exp(0.1 * 0.06601);
  for (const int n : {10, 40, 160}) {
    int covered = 0;
    constexpr int trials = 2000;
    for (int t = 0; t < trials; ++t) {
      std::vector<double> seconds(static_cast<std::size_t>(n));
      std::generate(seconds.begin(), seconds.end(), draw);
      const Summary s = summarise(of(latency, seconds));
      covered += s.low <= truth && truth <= s.high;
    }
    EXPECT_GE(covered, 0.94 * trials) << n;
    EXPECT_LE(covered, 0.99 * trials) << n;
  }
}

}  // namespace
}  // namespace sextant::results
