// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/discrepancy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/validation/spread.hpp"

namespace sextant::analysis {
namespace {

SeriesRows waves(double offset) {
  SeriesRows rows;
  for (int i = 0; i < 16; ++i) {
    rows.places.push_back({double(i), 0, 0, 0});
    rows.misfits.push_back(offset + 0.2 * std::sin(i / 3.0));
    rows.blocks.emplace_back(i / 2, 0);
  }
  return rows;
}

TEST(Discrepancy, FollowsASmoothMisfitBetweenRows) {
  const Series series = make_series(waves(0.5), {{4, 4, 4, 4}, 0.05});
  EXPECT_NEAR(misfit_at(series, {7.5, 0, 0, 0}).mean, 0.5 + 0.2 * std::sin(2.5), 0.01);
}

TEST(Discrepancy, KnowsLessFarFromItsRows) {
  const Series series = make_series(waves(0), {{4, 4, 4, 4}, 0.05});
  EXPECT_GT(misfit_at(series, {30, 0, 0, 0}).sd, 3 * misfit_at(series, {7.5, 0, 0, 0}).sd);
}

// The formula from the inverse is what a fit without the block says.
TEST(Discrepancy, LeavesBlocksOutAsIfTheyWereNotThere) {
  const SeriesRows rows = waves(0.1);
  const Smoothness smoothness{{4, 4, 4, 4}, 0.3};
  const Series whole = make_series(rows, smoothness);
  SeriesRows less = rows;
  less.places.erase(less.places.begin() + 4, less.places.begin() + 6);
  less.misfits.erase(less.misfits.begin() + 4, less.misfits.begin() + 6);
  less.blocks.erase(less.blocks.begin() + 4, less.blocks.begin() + 6);
  Series without = make_series(less, smoothness);
  const Misfit left = without_own_block(whole, rows)[4];
  const Misfit told = misfit_at(without, rows.places[4]);
  EXPECT_NEAR(left.mean, rows.misfits[4] - told.mean, 0.01);  // the centre of the tilt moves with the rows
  EXPECT_NEAR(left.sd, told.sd, 0.05 * told.sd);
}

TEST(Discrepancy, FindsThatNoiseIsNotSmooth) {
  std::vector<SeriesRows> smooth{waves(0)}, rough{waves(0)};
  for (std::size_t i = 0; i < 16; ++i) rough[0].misfits[i] = i % 4 < 2 ? 0.2 : -0.2;
  EXPECT_LT(find_smoothness(smooth, 1).noise, find_smoothness(rough, 1).noise + 1e-12);
  EXPECT_GE(find_smoothness(smooth, 1).reach[0], 4);
}

TEST(Spread, HoldsNineTenthsOfErrorsOfItsUnits) {
  Spread::Errors errors;
  for (int unit = 0; unit < 40; ++unit) {
    for (int i = 1; i <= 50; ++i) errors["a"][std::to_string(unit)].push_back(i / 50.0);
  }
  EXPECT_NEAR(Spread(errors, 2, 1e6).width("a"), 0.9, 0.02);
  EXPECT_EQ(Spread(errors, 2, 1e6).width("b"), Spread(errors, 2, 1e6).width("a"));
}

TEST(Spread, ClassesWithFewUnitsTakeTheOthersWidth) {
  Spread::Errors errors;
  for (int unit = 0; unit < 20; ++unit) errors["wide"][std::to_string(unit)] = {1, 1, 1};
  errors["narrow"]["0"] = {0.1, 0.1, 0.1};
  const Spread spread(errors, 2, 1e6);
  EXPECT_LT(spread.width("narrow"), spread.width("wide"));
  EXPECT_GT(spread.width("narrow"), 0.3);
}

TEST(Spread, IsStudentsWhereDevicesAreFew) {
  EXPECT_NEAR(student_widening(5), 2.0150 / 1.6449, 1e-3);
  EXPECT_NEAR(student_widening(1e6), 1, 1e-3);
  EXPECT_FALSE(Spread().known());
}

}  // namespace
}  // namespace sextant::analysis
