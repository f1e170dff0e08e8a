// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/prior_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sextant::analysis {
namespace {

// a + b x, by the logarithms of a and b.
const std::vector<Prior> line{{"a", std::log(1.0), 1}, {"b", std::log(1.0), 1}};
double value(std::span<const double> at, double x) { return std::log(std::exp(at[0]) + std::exp(at[1]) * x); }

struct Data {
  std::vector<FitRow> rows;
  std::vector<double> x;
};

// Five devices of six rows each on 3 + 0.5 x, each off by its own factor.
Data data(double between) {
  Data d;
  for (int device = 0; device < 5; ++device) {
    for (int i = 0; i < 6; ++i) {
      const double x = 0.5 * std::pow(3, i);
      d.x.push_back(x);
      const double wobble = 0.02 * ((i + device) % 2 ? 1 : -1);
      d.rows.push_back({(3 + 0.5 * x) * std::exp(between * (device - 2) + wobble), 0, std::to_string(device)});
    }
  }
  return d;
}

PriorFit fit(const Data& d, std::span<const Prior> priors = line) {
  return fit_with_priors(priors, d.rows, {0.1, 0.1, 4},
                         [&](std::span<const double> at, std::size_t i) { return value(at, d.x[i]); });
}

double width(const PriorFit& f, const FitRow& row) {
  const Interval i = interval_of(f, row, [](std::span<const double> at) { return value(at, 5); });
  return i.high / i.low;
}

TEST(PriorFit, FindsWhatRowsShow) {
  const PriorFit f = fit(data(0));
  EXPECT_NEAR(std::exp(f.at[0]), 3, 0.15);
  EXPECT_NEAR(std::exp(f.at[1]), 0.5, 0.03);
  EXPECT_LT(f.row_sd, 0.08);
}

TEST(PriorFit, WithoutRowsThePriorsAreLeft) {
  const PriorFit f = fit({});
  EXPECT_EQ(f.at, (std::vector<double>{0, 0}));
  EXPECT_NEAR(f.covariance[0], 1, 1e-12);
  EXPECT_EQ(f.row_sd, 0.1);
}

// A parameter that no row depends on keeps its prior.
TEST(PriorFit, WhatNoRowShowsKeepsItsPrior) {
  const std::vector<Prior> three{line[0], line[1], {"unseen", 2, 0.7}};
  const PriorFit f = fit(data(0), three);
  EXPECT_NEAR(f.at[2], 2, 1e-9);
  EXPECT_NEAR(f.covariance[8], 0.49, 1e-6);
}

TEST(PriorFit, DevicesDeviateAndAnUnseenOneIsLessCertain) {
  const PriorFit f = fit(data(0.3));
  EXPECT_NEAR(f.deviation.at("4").mean - f.deviation.at("0").mean, 1.2, 0.2);
  EXPECT_GT(f.group_sd, 0.2);
  EXPECT_GT(width(f, {1, 0, "new"}), 1.5 * width(f, {1, 0, "2"}));
  EXPECT_GT(width(f, {1, 0, "new"}), 1.5 * width(fit(data(0)), {1, 0, "new"}));
}

TEST(PriorFit, WhatIsUncertainAboutARowWidensIt) {
  const PriorFit f = fit(data(0.1));
  EXPECT_GT(width(f, {1, 0.5, "2"}), 2 * width(f, {1, 0, "2"}));
}

}  // namespace
}  // namespace sextant::analysis
