// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/noise.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "results/record/temporary_folder.hpp"

namespace sextant::probes {
namespace {

const std::filesystem::path captures = std::filesystem::path(SEXTANT_SOURCE_DIR) / "probes/machine/captures";

TEST(Noise, ReadsStealPressureAndThrottlingInSeconds) {
  const Noise noise = read_noise(captures / "two-socket");
  EXPECT_DOUBLE_EQ(noise.steal, 250.0 / double(sysconf(_SC_CLK_TCK)));
  EXPECT_DOUBLE_EQ(noise.pressure_cpu, 1e-6);
  EXPECT_DOUBLE_EQ(noise.pressure_io, 2.5);        // "some", not "full"
  EXPECT_TRUE(std::isnan(noise.pressure_memory));  // not in this capture
  EXPECT_EQ(noise.throttled, 5);                   // by its own quota and by that of the slice above
}

TEST(Noise, ReadsControlGroupsOfVersionOne) {
  const Noise noise = read_noise(captures / "virtual");
  EXPECT_EQ(noise.throttled, 7);  // the unified hierarchy beside it counts no throttling
  EXPECT_DOUBLE_EQ(noise.pressure_io, 9.797866);
}

TEST(Noise, BetweenTwoReadingsIsTheirDifference) {
  const Noise noise = between({1, 2, 3, 4, 5}, {1.5, 2.25, 3, results::not_available, 9});
  EXPECT_DOUBLE_EQ(noise.steal, 0.5);
  EXPECT_DOUBLE_EQ(noise.pressure_cpu, 0.25);
  EXPECT_DOUBLE_EQ(noise.pressure_io, 0);
  EXPECT_TRUE(std::isnan(noise.pressure_memory));
  EXPECT_DOUBLE_EQ(noise.throttled, 4);
}

TEST(Noise, WhatIsMissingOrDamagedIsNotAvailable) {
  const results::TemporaryFolder root;
  const auto expect_nothing = [&] {
    const Noise noise = read_noise(root.path());
    for (const double value :
         {noise.steal, noise.pressure_cpu, noise.pressure_io, noise.pressure_memory, noise.throttled}) {
      EXPECT_TRUE(std::isnan(value));
    }
  };
  expect_nothing();
  std::filesystem::create_directories(root.path() / "proc/pressure");
  std::ofstream(root.path() / "proc/stat") << "cpu 1 2 3\n";  // a kernel without steal
  std::ofstream(root.path() / "proc/pressure/cpu") << "some avg10=0.00 total=many\n";
  std::ofstream(root.path() / "proc/pressure/io") << "full avg10=0.00 total=12\n";
  expect_nothing();
}

TEST(Noise, EveryFieldReachesTheRecordOfItsLaunch) {
  results::Launch launch;
  note({1, 2, 3, 4, 5}, launch);
  EXPECT_EQ(launch.steal, 1);
  EXPECT_EQ(launch.pressure_cpu, 2);
  EXPECT_EQ(launch.pressure_io, 3);
  EXPECT_EQ(launch.pressure_memory, 4);
  EXPECT_EQ(launch.throttled, 5);
}

}  // namespace
}  // namespace sextant::probes
