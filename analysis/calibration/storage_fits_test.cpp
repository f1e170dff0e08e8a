// SPDX-License-Identifier: Apache-2.0
// What the fits make of the storage probes' points, on runs whose truth is set.
#include <gmock/gmock.h>

#include "analysis/calibration/calibration.hpp"
#include "analysis/calibration/truth.hpp"
#include "analysis/model/flash_surface.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;

const results::Quantity bandwidth{"bandwidth", Unit::byte_per_second};
const results::Quantity latency{"latency", Unit::second};

class StorageTruth : public Truth {
 public:
  using Truth::Truth;

  void read(double block, double depth, double rate, const char* method = "io_uring", const char* buffers = "huge",
            double threads = 1) {
    add("storage.read",
        Point{{"span", 0x1p30},
              {"pattern", "random"},
              {"block", block},
              {"depth", depth},
              {"threads", threads},
              {"method", method},
              {"buffers", buffers}},
        bandwidth, rate, {.operations = 1000, .bytes = 1000 * block});
  }

  template <class Bandwidth>
  void surface(Bandwidth bandwidth_of) {
    for (double block = smallest; block <= 0x1p20; block *= 4)
      for (double depth = 1; depth <= 256; depth *= 4) read(block, depth, bandwidth_of(block, depth));
  }
  void surface(const FlashSurface& truth) {
    surface([&](double block, double depth) { return read_bandwidth(truth, block, depth); });
  }

  double smallest = 4096;
};

void expect_inside(const results::Profile& profile, const std::string& name, double truth) {
  const auto& parameter = only(profile, name);
  EXPECT_EQ(parameter.refused, "") << name;
  EXPECT_LE(parameter.estimate.low, truth) << name;
  EXPECT_GE(parameter.estimate.high, truth) << name;
  EXPECT_NEAR(parameter.estimate.value / truth, 1, 0.06) << name;
}

TEST(FlashFits, TheClosedFormIsRecoveredInsideItsIntervals) {
  StorageTruth truth(0.03);
  truth.surface({.bandwidth = 3e9, .latency = 80e-6, .rate = 1.5e9, .page = 4096});
  const auto profile = calibrate({truth.run}, {200, 1});
  expect_inside(profile, "storage.flash.bandwidth", 3e9);
  expect_inside(profile, "storage.flash.latency", 80e-6);
  expect_inside(profile, "storage.flash.rate", 1.5e9);
  EXPECT_THAT(only(profile, "storage.flash.queueing").refused, HasSubstr("as sharply as min()"));
  EXPECT_THAT(only(profile, "storage.flash.page").refused, HasSubstr("--set storage.read.block="));
  const auto& lack = only(profile, "storage.flash.lack_of_fit");
  EXPECT_LT(lack.estimate.value, 2);
  EXPECT_THAT(lack.assumption, testing::Not(HasSubstr("does not follow")));
}

TEST(FlashFits, PagesAndQueueingShowWhereTheyAre) {
  StorageTruth truth(0.02);
  truth.smallest = 1024;
  truth.surface({.bandwidth = 2e9, .latency = 100e-6, .rate = 1e9, .page = 16384, .queueing = 0.4});
  const auto profile = calibrate({truth.run}, {200, 1});
  EXPECT_EQ(only(profile, "storage.flash.page").estimate.value, 16384);
  expect_inside(profile, "storage.flash.bandwidth", 2e9);
  expect_inside(profile, "storage.flash.latency", 100e-6);
  expect_inside(profile, "storage.flash.rate", 1e9);
  const auto& queueing = only(profile, "storage.flash.queueing");
  EXPECT_LE(queueing.estimate.low, 0.4);
  EXPECT_GE(queueing.estimate.high, 0.4);
  EXPECT_NEAR(queueing.estimate.value, 0.4, 0.08);
}

// Over many seeds of noise the 95 % intervals must not miss more often than they say.
TEST(FlashFits, IntervalsHoldTheTruthAsOftenAsTheySay) {
  int inside = 0, asked = 0;
  for (int seed = 0; seed < 12; ++seed) {
    StorageTruth truth(0.05);
    truth.surface({.bandwidth = 1.2e9 + 1e8 * seed, .latency = 60e-6 + 5e-6 * seed, .rate = 0.9e9, .page = 4096});
    const auto profile = calibrate({truth.run}, {100, std::uint64_t(seed + 1)});
    const auto count = [&](const char* name, double value) {
      const auto& parameter = only(profile, name);
      ++asked;
      inside += parameter.estimate.low <= value && value <= parameter.estimate.high;
    };
    count("storage.flash.bandwidth", 1.2e9 + 1e8 * seed);
    count("storage.flash.latency", 60e-6 + 5e-6 * seed);
    count("storage.flash.rate", 0.9e9);
  }
  EXPECT_GE(inside, asked * 85 / 100) << inside << " of " << asked;
}

// A device that reads slower the more is asked of it: nothing in the form can follow.
TEST(FlashFits, LackOfFitShowsAFormThatDoesNotHold) {
  StorageTruth truth(0.01);
  const FlashSurface form{.bandwidth = 3e9, .latency = 80e-6, .rate = 2e9, .page = 4096};
  truth.surface([&](double block, double depth) {
    return read_bandwidth(form, block, depth) * (block * depth > 0x1p24 ? 0.5 : 1);
  });
  const auto profile = calibrate({truth.run}, {100, 1});
  const auto& lack = only(profile, "storage.flash.lack_of_fit");
  EXPECT_GT(lack.estimate.value, 10);
  EXPECT_THAT(lack.assumption, HasSubstr("does not follow"));
  const auto& stained = only(profile, "storage.flash.bandwidth");
  EXPECT_THAT(stained.assumption, HasSubstr("farthest at block="));
  EXPECT_EQ(stained.transfer, results::TransferClass::T1);
}

TEST(FlashFits, WhatNoPointShowsHasNoFigure) {
  StorageTruth shallow(0.01);
  const FlashSurface form{.bandwidth = 50e9, .latency = 80e-6, .page = 4096};
  for (const double block : {4096.0, 16384.0, 65536.0})
    for (const double depth : {1.0, 2.0, 4.0}) shallow.read(block, depth, read_bandwidth(form, block, depth));
  const auto profile = calibrate({shallow.run}, {100, 1});
  EXPECT_THAT(only(profile, "storage.flash.bandwidth").refused, HasSubstr("--set storage.read.depth="));
  expect_inside(profile, "storage.flash.latency", 80e-6);

  StorageTruth few(0.01);
  few.read(4096, 1, 1e8);
  few.read(4096, 8, 5e8);
  EXPECT_THAT(only(calibrate({few.run}, {100, 1}), "storage.flash.latency").refused, HasSubstr("at least 5"));
}

TEST(FlashFits, OtherMethodsStandBesideTheSurfaceAndNotInIt) {
  StorageTruth truth(0.01);
  truth.surface({.bandwidth = 2e9, .latency = 80e-6, .rate = 2e9, .page = 4096});
  truth.read(4096, 16, 40e9, "mmap_warm");
  truth.read(4096, 16, 0.25e9, "io_uring", "small");
  truth.read(4096, 16, 3e9, "io_uring", "huge", 2);
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_LT(only(profile, "storage.read.peak").estimate.value, 2.1e9);
  const auto* small = results::find(profile,
                                    "storage.read.method_factor[span=1073741824 pattern=random block=4096 depth=16 "
                                    "threads=1 method=io_uring buffers=small]");
  ASSERT_NE(small, nullptr);
  EXPECT_NEAR(small->estimate.value, 0.25e9 / (16 * 4096 / (80e-6 + 4096 / 2e9)), 0.02);
  expect_inside(profile, "storage.flash.bandwidth", 2e9);
}

TEST(FlashFits, TheFloorOfTheHostIsTakenOffTheLatency) {
  StorageTruth truth(0.01);
  truth.surface({.bandwidth = 2e9, .latency = 80e-6, .rate = 2e9, .page = 4096});
  const auto wait = [&](const char* method, double seconds) {
    truth.add("storage.latency", Point{{"block", 4096.0}, {"depth", 1.0}, {"method", method}}, latency, seconds);
  };
  wait("nop", 1e-6);
  wait("page_cache", 5e-6);
  wait("io_uring", 82e-6);
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(only(profile, "storage.floor.ring").estimate.value, 1e-6, 1e-8);
  EXPECT_NEAR(only(profile, "storage.floor").estimate.value, 5e-6, 1e-7);
  expect_inside(profile, "storage.flash.latency.device", 75e-6);
}

TEST(FlashFits, MixturesAreComparedWithTheirReadsAndWritesAlone) {
  StorageTruth truth(0.01);
  const auto add = [&](const char* probe, double rate, std::vector<double> extras, bool mixed) {
    Point point{{"span", 0x1p28}, {"pattern", "random"}, {"block", 65536.0}, {"depth", 8.0}};
    if (mixed) point.set("reads", 0.75);
    truth.add(probe, point, bandwidth, rate, {.operations = 100, .bytes = 6553600, .extras = std::move(extras)});
  };
  add("storage.read", 2e9, {}, false);
  add("storage.write", 1e9, {}, false);
  add("storage.mixed", 0.8e9, {0.6e9, 0.2e9}, true);
  truth.run.tables.push_back(
      {"storage.mixed",
       "",
       bandwidth,
       {},
       {{"read_bandwidth", Unit::byte_per_second, ""}, {"write_bandwidth", Unit::byte_per_second, ""}}});
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_NEAR(only(profile, "storage.mixed.read_share").estimate.value, 0.3, 0.01);
  EXPECT_NEAR(only(profile, "storage.mixed.interference").estimate.value, 1 / (0.6 / 2 + 0.2 / 1), 0.04);
  EXPECT_NEAR(only(profile, "storage.write.bandwidth").estimate.value, 1e9, 2e7);
}

TEST(FlashFits, TimeAndRowsArePointsWithTheirColumns) {
  StorageTruth truth(0.01);
  const double none = results::not_available;
  const auto lasting = [&](double duration, std::vector<double> extras) {
    truth.add("storage.sustained",
              Point{{"operation", "read"}, {"block", 0x1p20}, {"depth", 8.0}, {"duration", duration}}, bandwidth, 1e8,
              {.operations = 100, .bytes = 1e8, .extras = std::move(extras)});
  };
  lasting(10, {1e9, 2e9, 2.2});
  lasting(1, {1e8, none, none});
  truth.run.tables.push_back(
      {"storage.sustained",
       "",
       bandwidth,
       {},
       {{"burst_bandwidth", Unit::byte_per_second, ""}, {"knee", Unit::byte, ""}, {"knee_time", Unit::second, ""}}});
  const auto profile = calibrate({truth.run}, {100, 1});
  EXPECT_EQ(only(profile, "storage.sustained.knee").estimate.value, 2e9);
  EXPECT_THAT(only(profile, "storage.sustained.knee_time").validity, HasSubstr("duration=10"));
  EXPECT_NE(results::find(profile, "storage.sustained.burst[operation=read block=1048576 depth=8 duration=10]"),
            nullptr);
}

}  // namespace
}  // namespace sextant::analysis
