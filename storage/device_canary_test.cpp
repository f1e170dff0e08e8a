// SPDX-License-Identifier: Apache-2.0
#include "storage/device_canary.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

constexpr std::uint64_t pages = 64;

TEST(DeviceCanary, TakesTheTimeOfAReadOfTheTestFile) {
  TestFolder folder;
  const std::string reason =
      unavailable_sentence([&] { TestFile::open(folder.path(), pages * page, Medium::anything); });
  if (!reason.empty()) GTEST_SKIP() << reason;
  const probes::DeviceCanary canary = device_canary(folder.path(), 1, Medium::anything);
  for (int i = 0; i < 100; ++i) EXPECT_GT(canary(), 0);
}

TEST(DeviceCanary, IsNotAvailableWithoutATestFileAndMakesNone) {
  TestFolder folder;
  EXPECT_TRUE(std::isnan(device_canary(folder.path(), 1, Medium::anything)()));
  EXPECT_TRUE(std::isnan(device_canary({}, 1, Medium::anything)()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(DeviceCanary, RefusesThePageOfAnotherPlace) {
  TestFolder folder;
  const std::string reason =
      unavailable_sentence([&] { TestFile::open(folder.path(), pages * page, Medium::anything); });
  if (!reason.empty()) GTEST_SKIP() << reason;
  const probes::DeviceCanary canary = device_canary(folder.path(), 1, Medium::anything);
  const auto file = std::filesystem::directory_iterator(folder.path())->path();
  {
    std::fstream content(file, std::ios::in | std::ios::out | std::ios::binary);
    for (std::uint64_t index = 0; index < pages; ++index) {
      content.seekp(std::streamoff(index * page));
      content.write("another page now, for all to see", sizeof(Stamp));
    }
  }
  EXPECT_THROW(canary(), probes::WrongAnswer);
}

}  // namespace
}  // namespace sextant::storage
