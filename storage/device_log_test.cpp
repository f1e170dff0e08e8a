// SPDX-License-Identifier: Apache-2.0
#include "storage/device_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "results/record/privacy.hpp"
#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

std::array<std::byte, health_log_bytes> page_with(std::initializer_list<std::pair<std::size_t, unsigned>> bytes) {
  std::array<std::byte, health_log_bytes> page = {};
  for (const auto& [at, value] : bytes) page[at] = std::byte(value);
  return page;
}

TEST(HealthLog, HoldsWhatTheDriveSays) {
  const auto page = page_with({{1, 0x36},
                               {2, 0x01},  // 310 K
                               {3, 100},
                               {5, 7},  // spare, percentage used
                               {32, 0x10},
                               {33, 0x27},  // 10 000 units read
                               {48, 0x40},
                               {49, 0x42},
                               {50, 15},  // 1 000 000 units written
                               {160, 3}});
  const auto log = parse_health_log(page);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->temperature, 310);
  EXPECT_EQ(log->percentage_used, 7);
  EXPECT_EQ(log->read_bytes, 10000 * 512e3);
  EXPECT_EQ(log->written_bytes, 1e6 * 512e3);
  EXPECT_EQ(log->media_errors, 3);
}

TEST(HealthLog, CountsBeyond64Bits) {
  const auto log = parse_health_log(page_with({{48 + 8, 1}}));
  ASSERT_TRUE(log);
  EXPECT_EQ(log->written_bytes, 18446744073709551616.0 * 512e3);
}

TEST(HealthLog, IsNoneWhereThePageIsShortOrEmpty) {
  EXPECT_FALSE(parse_health_log({}));
  EXPECT_FALSE(parse_health_log(page_with({})));
  const auto page = page_with({{1, 1}});
  EXPECT_TRUE(parse_health_log(page));
  EXPECT_FALSE(parse_health_log(std::span(page).first(511)));
}

class DeviceLogTest : public testing::Test {
 protected:
  // What sysfs has of a block device, at the place where it really lies.
  void device(const std::string& place, std::uint64_t number) {
    const fs::path entry = root_.path() / "sys" / place;
    fs::create_directories(entry);
    fs::create_directories(root_.path() / "sys/dev/block");
    fs::create_directory_symlink(
        entry, root_.path() / "sys/dev/block" / (std::to_string(major(number)) + ":" + std::to_string(minor(number))));
  }
  void says(const fs::path& file, const std::string& text) {
    fs::create_directories((root_.path() / "sys" / file).parent_path());
    std::ofstream(root_.path() / "sys" / file) << text;
  }
  TestFolder root_;
};

TEST_F(DeviceLogTest, IsThatOfTheController) {
  EXPECT_EQ(controller_of("/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1"), "nvme0");
  EXPECT_EQ(controller_of("/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme12/nvme12n1/nvme12n1p3"), "nvme12");
  EXPECT_EQ(controller_of("/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda"), "");
  says("devices/virtual/nvme-subsystem/nvme-subsys0/nvme3/x", "");
  EXPECT_EQ(controller_of(root_.path() / "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1"), "nvme3");
}

TEST_F(DeviceLogTest, IsOneSentenceWhereThereIsNone) {
  EXPECT_THAT(read_device_log(makedev(259, 0), root_.path()).reason, HasSubstr("no block device"));
  device("devices/virtio1/block/vda", makedev(254, 0));
  EXPECT_THAT(read_device_log(makedev(254, 0), root_.path()).reason, HasSubstr("no NVMe drive"));
  device("devices/nvme/nvme0/nvme0n1", makedev(259, 0));
  EXPECT_THAT(read_device_log(makedev(259, 0), root_.path()).reason, HasSubstr("cannot be asked for: No such file"));
  fs::create_directories(root_.path() / "dev");
  std::ofstream(root_.path() / "dev/nvme0") << "no drive";
  EXPECT_THAT(read_device_log(makedev(259, 0), root_.path()).reason, HasSubstr("does not give its log"));
}

TEST_F(DeviceLogTest, TheRecordHasTheDeviceAndWhatItMoved) {
  const TestFolder target;
  struct stat status = {};
  ASSERT_EQ(::stat(target.path().c_str(), &status), 0);
  device("devices/virtio1/block/vda/vda1", status.st_dev);
  says("devices/virtio1/block/vda/vda1/partition", "1\n");
  says("devices/virtio1/block/vda/vda1/stat", "1 0 100 0 1 0 10 0\n");
  says("devices/virtio1/block/vda/queue/scheduler", "none [mq-deadline] bfq\n");
  says("devices/virtio1/block/vda/device/model", "Fast Drive 3000   \n");
  const DeviceWatch watch(target.path(), root_.path());
  const Facts before = watch.before();
  EXPECT_THAT(before, Contains(Pair("storage.model", "Fast Drive 3000")));
  EXPECT_THAT(before, Contains(Pair("storage.scheduler", "mq-deadline")));
  says("devices/virtio1/block/vda/vda1/stat", "9 0 108 0 1 0 14 0\n");
  const Facts after = watch.after();
  EXPECT_THAT(after, Contains(Pair("storage.read_By", "4096")));
  EXPECT_THAT(after, Contains(Pair("storage.written_By", "2048")));
  EXPECT_THAT(after, Contains(Pair("storage.health", HasSubstr("no NVMe drive"))));
}

TEST(DeviceWatch, SaysNothingThatNamesTheMachine) {
  const TestFolder target;
  const DeviceWatch watch(target.path());
  for (const Facts& facts : {watch.before(), watch.after()}) {
    for (const auto& [key, text] : facts) EXPECT_FALSE(results::private_piece(text)) << key << ' ' << text;
  }
}

TEST(DeviceWatch, IsSilentWithoutATarget) {
  const DeviceWatch watch("no/such/folder");
  EXPECT_TRUE(watch.before().empty());
  EXPECT_TRUE(watch.after().empty());
}

}  // namespace
}  // namespace sextant::storage
