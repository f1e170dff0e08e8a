// SPDX-License-Identifier: Apache-2.0
#include "gpu/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpu/memory_read.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::gpu {
namespace {

using ::testing::HasSubstr;

TEST(Device, AbsenceHasASentence) {
  EXPECT_TRUE(availability_from(cudaSuccess, 2, 13000, 13000).ready);
  EXPECT_EQ(availability_from(cudaErrorInsufficientDriver, 0, 0, 13000).reason,
            "no CUDA device: the driver is not installed");
  EXPECT_EQ(availability_from(cudaErrorInsufficientDriver, 0, 12040, 13000).reason,
            "no CUDA device: the driver is for CUDA 12.4 and Sextant was built with 13.0: install a newer driver");
  EXPECT_FALSE(availability_from(cudaErrorNoDevice, 0, 13000, 13000).ready);
  EXPECT_FALSE(availability_from(cudaErrorStubLibrary, 0, 0, 13000).ready);
  EXPECT_FALSE(availability_from(cudaSuccess, 0, 13000, 13000).ready);
}

TEST(Device, AFailingDriverIsNoAbsence) {
  EXPECT_THROW(availability_from(cudaErrorUnknown, 0, 13000, 13000), std::runtime_error);
}

TEST(Device, AnErrorSaysWhatAndWhere) {
  try {
    check(cudaErrorInvalidValue);
    ADD_FAILURE() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cudaErrorInvalidValue"));
    EXPECT_THAT(error.what(), HasSubstr("line "));
  }
}

TEST(Device, ReadsAndVerifiesOnTheDevice) {
  const probes::Availability availability = device_availability();
  if (!availability.ready) GTEST_SKIP() << availability.reason;
  const probes::Machine machine;
  probes::Workspace workspace(machine, "", 1);
  const auto trial = memory_read().prepare(workspace, {{"footprint", 1048576.0}});
  const probes::Work work = trial->run(3);
  EXPECT_EQ(work.bytes, 3.0 * 1048576);
  EXPECT_GT(work.seconds, 0);
  EXPECT_NO_THROW(trial->verify());
}

TEST(Device, WithoutOneThePointIsUnavailable) {
  if (device_availability().ready) GTEST_SKIP() << "there is a device here";
  const probes::Machine machine;
  probes::Workspace workspace(machine, "", 1);
  EXPECT_THROW(memory_read().prepare(workspace, {{"footprint", 1048576.0}}), probes::Unavailable);
}

}  // namespace
}  // namespace sextant::gpu
