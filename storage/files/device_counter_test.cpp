// SPDX-License-Identifier: Apache-2.0
#include "storage/files/device_counter.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cmath>
#include <fstream>

#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;

class DeviceCounterTest : public testing::Test {
 protected:
  DeviceCounterTest() : file_(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY)) {
    struct stat status = {};
    ::fstat(file_.number(), &status);
    device_ = folder_.path() / (std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev)));
  }
  void says(const std::string& text) {
    fs::create_directories(device_);
    std::ofstream(device_ / "stat") << text;
  }

  TestFolder folder_;
  FileDescriptor file_;
  fs::path device_;
};

TEST_F(DeviceCounterTest, CountsRequestsAndSectorsOf512Bytes) {
  says("    1063        5   123456      381    9 8 7 6 5 4 3\n");
  const DeviceCounter counter(file_.number(), folder_.path());
  const DeviceCount before = counter.now();
  EXPECT_EQ(before.read_requests, 1063);
  EXPECT_EQ(before.read_bytes, 123456.0 * 512);
  EXPECT_EQ(before.written_requests, 9);
  EXPECT_EQ(before.written_bytes, 7.0 * 512);
  says("    1065        5   123464      381    12 8 107 6 5 4 3\n");
  const DeviceCount moved = counter.now() - before;
  EXPECT_EQ(moved.read_requests, 2);
  EXPECT_EQ(moved.read_bytes, 8.0 * 512);
  EXPECT_EQ(moved.written_requests, 3);
  EXPECT_EQ(moved.written_bytes, 100.0 * 512);
}

TEST_F(DeviceCounterTest, ADeviceThatWasOnlyWrittenHasReadNothing) {
  says("0 0 0 0 9 8 7 6 5 4 3\n");
  const DeviceCounter counter(file_.number(), folder_.path());
  EXPECT_EQ(counter.now().read_bytes, 0);
  EXPECT_EQ(counter.now().written_bytes, 7.0 * 512);
}

TEST_F(DeviceCounterTest, OfABlockDeviceIsItsOwn) {
  const fs::path node = folder_.path() / "node";
  if (::mknod(node.c_str(), S_IFBLK | 0600, makedev(7, 0)) != 0) GTEST_SKIP() << "no privilege to make a device node";
  const FileDescriptor opened(::open(node.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) GTEST_SKIP() << "no loop device here";
  fs::create_directories(folder_.path() / "7:0");
  std::ofstream(folder_.path() / "7:0" / "stat") << "1 0 2 0 3 0 4 0\n";
  EXPECT_EQ(DeviceCounter(opened.number(), folder_.path()).now().read_bytes, 2.0 * 512);
}

TEST_F(DeviceCounterTest, IsNotAvailableWithoutADevice) {
  EXPECT_TRUE(std::isnan(DeviceCounter(file_.number(), folder_.path()).now().read_bytes));
}

TEST_F(DeviceCounterTest, IsNotAvailableWhenNothingIsCountedOrUnderstood) {
  for (const char* text : {"0 0 0 0 0 0 0 0 0 0 0\n", "what is this\n", "1 2 3\n"}) {
    says(text);
    const DeviceCount count = DeviceCounter(file_.number(), folder_.path()).now();
    for (const double each : {count.read_requests, count.read_bytes, count.written_requests, count.written_bytes}) {
      EXPECT_TRUE(std::isnan(each)) << text;
    }
  }
}

}  // namespace
}  // namespace sextant::storage
