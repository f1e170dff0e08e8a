// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/series.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "results/statistics/modes.hpp"

namespace sextant::results {
namespace {

class Series : public testing::Test {
 protected:
  // Launches of lognormal samples: `launch_spread` between launches, `spread` within, correlation `rho` from one sample
  // to the next, and a factor that may grow with the number of the sample.
  Units launches(int count, int samples, double launch_spread, double spread, double rho = 0, double growth = 0) {
    Units units;
    int sample = 0;
    for (int i = 0; i < count; ++i) {
      const double level = launch_spread * normal_(random_);
      double x = normal_(random_);
      units.emplace_back();
      for (int j = 0; j < samples; ++j, ++sample) {
        x = rho * x + std::sqrt(1 - rho * rho) * normal_(random_);
        units.back().push_back(std::exp(level + spread * x) * (1 + growth * sample));
      }
    }
    return units;
  }

  std::mt19937_64 random_{20260301};
  std::normal_distribution<double> normal_;
};

TEST_F(Series, AutocorrelationIsFoundBesideSpikes) {
  Units units = launches(5, 200, 0.05, 0.02, 0.6);
  EXPECT_NEAR(autocorrelation(residuals(units)), 0.6, 0.06);
  for (auto& unit : units) unit[100] *= 50;  // an interrupt
  EXPECT_NEAR(autocorrelation(residuals(units)), 0.6, 0.1);
  EXPECT_NEAR(autocorrelation(residuals(launches(5, 200, 0.05, 0.02))), 0, 0.08);
  EXPECT_TRUE(std::isnan(autocorrelation(residuals({{1, 2}, {2, 1}}))));
  EXPECT_TRUE(std::isnan(autocorrelation(residuals({{3, 3, 3, 3}}))));
}

TEST_F(Series, TheShareOfTheLaunchesIsWhatMoreSamplesDoNotRemove) {
  // Variance of a median of 25 samples: pi/2 * 0.02^2 / 25 = 0.005^2; of the launches 0.015^2: nine tenths.
  double sum = 0;
  for (int i = 0; i < 200; ++i) sum += unit_share(launches(10, 25, 0.015, 0.02));
  EXPECT_NEAR(sum / 200, 0.87, 0.04);
  sum = 0;
  for (int i = 0; i < 200; ++i) sum += unit_share(launches(10, 25, 0, 0.02)) > 0.5;
  EXPECT_LT(sum / 200, 0.05);
  EXPECT_TRUE(std::isnan(unit_share({{1, 2}, {1, 2}})));
  EXPECT_TRUE(std::isnan(unit_share({{1}, {1}, {2}})));
  EXPECT_EQ(unit_share({{1, 1}, {1, 1}, {1, 1}}), 0);
}

TEST_F(Series, DriftWithinLaunchesIsFound) {
  Units units = launches(3, 40, 0.05, 0.02);
  for (auto& unit : units) {
    for (std::size_t i = 0; i < unit.size(); ++i) unit[i] *= 1 + 0.001 * double(i);
  }
  EXPECT_LT(drift(units).within, 0.01);
}

TEST_F(Series, DriftFromLaunchToLaunchIsFound) {
  EXPECT_LT(drift(launches(10, 20, 0, 0.01, 0, 0.0005)).trend, 0.01);
  EXPECT_EQ(drift(launches(5, 20, 0, 0.01, 0, 0.0005)).trend, 1);  // five launches cannot tell
}

TEST_F(Series, AStepIsFoundWhereverItIs) {
  Units units = launches(20, 10, 0.002, 0.01);
  for (std::size_t i = 5; i < units.size(); ++i) {
    for (double& value : units[i]) value *= 1.05;
  }
  EXPECT_LT(drift(units).change, 0.01);
}

// One per cent of each of three tests; launches that differ and samples that are correlated are no drift.
TEST_F(Series, WithoutDriftTheTestsKeepTheirLevel) {
  for (const double rho : {0.0, 0.5}) {
    int alarms = 0;
    for (int i = 0; i < 400; ++i) alarms += !drift(launches(10, 24, 0.03, 0.02, rho)).stationary();
    EXPECT_LE(alarms, 26) << rho;  // 3 %, and three standard errors
  }
}

TEST_F(Series, ManyLaunchesAreThinned) { EXPECT_LT(drift(launches(300, 2, 0, 0.01, 0, 0.0005)).trend, 0.01); }

std::vector<double> ascending(const Units& units) { return pool(units).values; }

TEST_F(Series, TwoModesAreTold) {
  Units units = launches(1, 300, 0, 0.02);
  for (std::size_t i = 0; i < 90; ++i) units[0][i] *= 1.3;
  const auto two = modes(ascending(units));
  ASSERT_TRUE(two);
  EXPECT_NEAR(two->low, 1, 0.01);
  EXPECT_NEAR(two->high, 1.3, 0.01);
  EXPECT_NEAR(two->high_share, 0.3, 0.01);
}

TEST_F(Series, OneModeIsNotTakenForTwo) {
  int normal = 0, uniform = 0, spiked = 0;
  for (int i = 0; i < 300; ++i) {
    Units units = launches(1, 60, 0, 0.1);
    normal += modes(ascending(units)).has_value();
    for (std::size_t j = 0; j < 3; ++j) units[0][j] *= 4;  // five per cent of spikes are a tail, not a mode
    spiked += modes(ascending(units)).has_value();
    for (double& value : units[0]) value = std::uniform_real_distribution<double>(1, 1.2)(random_);
    uniform += modes(ascending(units)).has_value();
  }
  EXPECT_EQ(normal, 0);
  EXPECT_LE(uniform, 9);
  EXPECT_LE(spiked, 9);
  EXPECT_FALSE(modes(std::vector<double>(100, 1.0)));
  EXPECT_FALSE(modes(std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace sextant::results
