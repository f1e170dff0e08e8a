// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/flash_run.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "analysis/calibration/truth.hpp"
#include "analysis/model/layer_stream.hpp"
#include "analysis/validation/example_flash.hpp"
#include "analysis/validation/measured_surface.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;

TEST(FlashRun, PredictsEveryPointOfADeviceThatFollowsTheForm) {
  const FlashRun flash = predict_flash_run(example_flash(0.02), {.draws = 100});
  ASSERT_EQ(flash.points.size(), 16u);
  for (const StreamedPoint& point : flash.points) {
    EXPECT_NEAR(point.predicted.value / point.measured.value, 1, 0.06) << results::to_text(point.point);
    EXPECT_LE(point.predicted.low, point.predicted.value);
    EXPECT_GE(point.predicted.high, point.predicted.value);
    EXPECT_FALSE(point.extrapolated);
  }
  ASSERT_EQ(flash.orders.size(), 2u);
  EXPECT_EQ(flash.orders[0].order, "known");
  EXPECT_LT(flash.orders[0].median_error, 0.03);
  EXPECT_GE(flash.orders[0].inside, 6u);
}

// The surface decides and not the streamed points' own columns of reading.
TEST(FlashRun, AFasterStreamThanTheSurfaceAllowsIsAnError) {
  results::Run run = example_flash(0.01);
  for (results::Measurement& m : run.measurements) {
    if (m.probe != "storage.read") continue;
    for (results::Sample& sample : m.samples) sample.seconds *= 2;
  }
  const FlashRun flash = predict_flash_run(run, {.draws = 50});
  EXPECT_GT(flash.orders[0].largest_error, 0.3);
  EXPECT_LT(flash.orders[0].inside, flash.orders[0].points);
}

TEST(FlashRun, WhatTheFormCannotFollowIsInterpolated) {
  Truth truth(0);
  Observations points;
  for (const double block : {4096.0, 65536.0})
    for (const double depth : {1.0, 16.0})
      truth.add("storage.read", Point{{"block", block}, {"depth", depth}}, {"bandwidth", Unit::byte_per_second}, 1e6);
  for (const double rate : {1e8, 7e8, 2e8, 1e9}) {
    points.push_back({&truth.run.measurements[points.size()], rate});
  }
  const MeasuredSurface surface({.bandwidth = 2e9, .latency = 1e-4}, points);
  EXPECT_NEAR(surface.bandwidth(4096, 16), 7e8, 1);
  EXPECT_NEAR(surface.bandwidth(65536, 1), 2e8, 1);
  EXPECT_NEAR(surface.bandwidth(65536, 400), 1e9, 1) << "no deeper than it was measured";
  const double between = surface.bandwidth(16384, 16);
  EXPECT_GT(between, 7e8);
  EXPECT_LT(between, 2.5e9);
  EXPECT_TRUE(surface.covers(65536, 16));
  EXPECT_FALSE(surface.covers(65536, 17));
  EXPECT_FALSE(surface.covers(1024, 1));
}

TEST(FlashRun, FewPointsAreReadAlongStraightLines) {
  results::Run run = example_flash(0.01);
  std::erase_if(run.measurements, [](const results::Measurement& m) {
    return m.probe == "storage.read" && m.point.number("block") != 131072;
  });
  const FlashRun flash = predict_flash_run(run, {.draws = 20});
  EXPECT_FALSE(flash.form.fitted);
  EXPECT_LT(flash.orders[0].largest_error, 0.25);
  EXPECT_THAT(flash_run_text(flash), HasSubstr("straight lines"));
}

TEST(FlashRun, SaysWhatIsMissing) {
  const auto without = [](const char* probe) {
    results::Run run = example_flash(0.01);
    std::erase_if(run.measurements, [&](const results::Measurement& m) { return m.probe == probe; });
    return run;
  };
  const auto expect_refused = [](const results::Run& run, const char* probe) {
    try {
      predict_flash_run(run, {.draws = 1});
      ADD_FAILURE() << "predicted without " << probe;
    } catch (const results::InvalidInput& error) {
      EXPECT_THAT(error.what(), HasSubstr(probe));
      EXPECT_THAT(error.what(), HasSubstr("sextant run storage.read storage.stream_layers"));
    }
  };
  expect_refused(without("storage.read"), "no measured point of storage.read");
  expect_refused(without("storage.stream_layers"), "no measured point of storage.stream_layers");
  results::Run bare = example_flash(0.01);
  bare.tables.clear();
  expect_refused(bare, "consumed");
}

TEST(FlashRun, TableAndDocumentSayTheSame) {
  const FlashRun flash = predict_flash_run(example_flash(0.02), {.draws = 50});
  const std::string text = flash_run_text(flash);
  EXPECT_THAT(text, HasSubstr("known: median error"));
  EXPECT_THAT(text, HasSubstr("dependent: median error"));
  const auto document = nlohmann::json::parse(flash_run_json(flash));
  ASSERT_EQ(document.at("points").size(), flash.points.size());
  const auto& one = document.at("points").at(3);
  EXPECT_DOUBLE_EQ(one.at("predicted").at("value").get<double>(), flash.points[3].predicted.value);
  EXPECT_DOUBLE_EQ(one.at("error").get<double>(), flash.points[3].error());
  EXPECT_EQ(one.at("order"), flash.points[3].point.word("order"));
  EXPECT_EQ(document.at("orders").at(1).at("order"), "dependent");
}

}  // namespace
}  // namespace sextant::analysis
