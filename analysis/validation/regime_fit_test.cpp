// SPDX-License-Identifier: Apache-2.0
// C1 of decode-model.md section 8: nccl-tests on four A100, LLMCompass ae/figure5/h (captures).
#include "analysis/validation/regime_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/model/collective.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

std::vector<CurvePoint> curve() {
  const auto table = results::read_csv(SEXTANT_SOURCE_DIR "/analysis/validation/captures/a100x4-all-reduce.csv");
  std::vector<CurvePoint> points;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    points.push_back({table.number(i, "message_bytes"), table.number(i, "latency_us") * 1e-6});
  }
  return points;
}

struct Errors {
  double median, largest;
};
Errors on_other_sizes(int ranges) {
  std::vector<CurvePoint> fitted, rest;
  for (const CurvePoint& point : curve()) (fitted.size() > rest.size() ? rest : fitted).push_back(point);
  const Interconnect net = *fit_regimes(fitted, 4, ranges);
  std::vector<double> errors;
  for (const auto [bytes, seconds] : rest)
    errors.push_back(std::abs(all_reduce(net, 4, bytes).seconds() / seconds - 1));
  std::sort(errors.begin(), errors.end());
  return {errors[errors.size() / 2], errors.back()};
}

TEST(RegimeFit, ThreeLinesPredictEveryOtherSize) {
  ASSERT_EQ(curve().size(), 26);
  const Errors three = on_other_sizes(3);
  EXPECT_LE(three.median, 0.06);
  EXPECT_LE(three.largest, 0.18);
  // One line, the usual alpha and beta: 19 % and 62 % in the paper, 17 % and 61 % with the weights used here.
  const Errors one = on_other_sizes(1);
  EXPECT_GT(one.median, 0.15);
  EXPECT_GT(one.largest, 0.55);
}

TEST(RegimeFit, FindsTheLinesThatItWasGiven) {
  std::vector<CurvePoint> points;
  for (double n = 8; n < 1e8; n *= 2) points.push_back({n, n <= 65536 ? 10e-6 + n * 1e-10 : 40e-6 + n * 1e-11});
  const Interconnect net = *fit_regimes(points, 4, 2);
  EXPECT_EQ(net.smaller[0].upto, 65536);
  EXPECT_EQ(net.smaller[1].upto, 0);
  EXPECT_NEAR(net.smaller[0].latency, 10e-6 / 6, 1e-12);
  EXPECT_NEAR(net.gap, 1e-11 * 4 / 6, 1e-18);
  for (const auto [n, t] : points) EXPECT_NEAR(all_reduce(net, 4, n).seconds() / t, 1, 1e-9) << n;
}

TEST(RegimeFit, AsksForTwoSizesAndTwoRanks) {
  const std::vector<CurvePoint> one{{8, 1e-5}};
  EXPECT_FALSE(fit_regimes(one, 4).has_value());
  EXPECT_FALSE(fit_regimes(curve(), 1).has_value());
}

}  // namespace
}  // namespace sextant::analysis
