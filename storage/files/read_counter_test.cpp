// SPDX-License-Identifier: Apache-2.0
#include "storage/files/read_counter.hpp"

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

class ReadCounterTest : public testing::Test {
 protected:
  ReadCounterTest() : file_(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY)) {
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

TEST_F(ReadCounterTest, CountsSectorsOf512Bytes) {
  says("    1063        5   123456      381    9 8 7 6 5 4 3\n");
  const ReadCounter counter(file_.number(), folder_.path());
  EXPECT_EQ(counter.bytes(), 123456.0 * 512);
  says("    1064        5   123464      381    9 8 7 6 5 4 3\n");
  EXPECT_EQ(counter.bytes(), 123464.0 * 512);
}

TEST_F(ReadCounterTest, IsNotAvailableWithoutADevice) {
  EXPECT_TRUE(std::isnan(ReadCounter(file_.number(), folder_.path()).bytes()));
}

TEST_F(ReadCounterTest, IsNotAvailableWhenNothingIsCountedOrUnderstood) {
  says("0 0 0 0 0 0 0 0 0 0 0\n");
  EXPECT_TRUE(std::isnan(ReadCounter(file_.number(), folder_.path()).bytes()));
  says("what is this\n");
  EXPECT_TRUE(std::isnan(ReadCounter(file_.number(), folder_.path()).bytes()));
}

}  // namespace
}  // namespace sextant::storage
