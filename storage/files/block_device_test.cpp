// SPDX-License-Identifier: Apache-2.0
#include "storage/files/block_device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include <cstdlib>
#include <fstream>

#include "probes/probe/pages.hpp"
#include "storage/files/test_device.hpp"
#include "storage/files/test_file.hpp"
#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint64_t device_size = std::uint64_t{16} << 20;
constexpr std::uint64_t size = std::uint64_t{8} << 20;

class BlockDeviceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (device_.path().empty()) GTEST_SKIP() << "no block device in memory here: zram and root are needed";
  }

  TestFile open(Access access = Access::read) { return TestFile::open(folder_.path(), size, Medium::device, access); }
  void name(bool overwrite) { name_device(folder_.path(), {device_.path(), overwrite}); }

  // What lies at the beginning of the device.
  std::string beginning() {
    std::string content(4096, 0);
    std::ifstream(device_.path(), std::ios::binary).read(content.data(), 4096);
    return content;
  }

  static bool reads_right(const TestFile& file, std::uint64_t from, std::uint64_t as) {
    const probes::Pages memory(2 * page);
    const auto content = memory.bytes().first(2 * page);
    file.spoil(content, as);
    if (file.origin(content, as) == as) return false;
    if (::pread(file.descriptor(), content.data(), content.size(), static_cast<off_t>(from)) < 0) return false;
    return file.origin(content, as) == as && file.holds(content, as);
  }

  TestFolder folder_;
  RamDevice device_{device_size};
};

TEST_F(BlockDeviceTest, IsFilledWhereItMayBeOverwritten) {
  name(true);
  const TestFile file = open();
  EXPECT_EQ(file.bytes(), size);
  EXPECT_TRUE(reads_right(file, 5 * page, 5 * page));
  EXPECT_FALSE(reads_right(file, 6 * page, 5 * page));
  EXPECT_EQ(open().seed(), file.seed()) << "filled twice";
  EXPECT_EQ(TestFile::open_existing(folder_.path()).bytes(), size);
}

TEST_F(BlockDeviceTest, TakesWritesWhereItMayBeOverwritten) {
  name(true);
  const TestFile file = open(Access::write);
  const probes::Pages memory(page);
  fill(memory.bytes().first(page), file.seed(), 3 * page, 1);
  EXPECT_EQ(::pwrite(file.descriptor(), memory.bytes().data(), page, 3 * page), ssize_t{page});
  EXPECT_TRUE(reads_right(open(), 3 * page, 3 * page));
}

TEST_F(BlockDeviceTest, IsNeverWrittenOtherwise) {
  const std::string before = beginning();
  name(false);
  EXPECT_THAT(unavailable_sentence([&] { open(Access::write); }), HasSubstr("--destructive"));
  open();
  EXPECT_EQ(beginning(), before);
}

TEST_F(BlockDeviceTest, WhatItHoldsIsCheckedWithoutAnyStamp) {
  {
    std::ofstream out(device_.path(), std::ios::binary);
    for (std::uint32_t i = 0; i < size / 4; ++i) out.write(reinterpret_cast<const char*>(&i), 4);
  }
  name(false);
  const TestFile file = open();
  EXPECT_EQ(file.bytes(), size);
  EXPECT_TRUE(reads_right(file, 5 * page, 5 * page));
  EXPECT_FALSE(reads_right(file, 6 * page, 5 * page));
  EXPECT_TRUE(reads_right(open(), 0, 0)) << "from the table that is there";
  EXPECT_THAT(unavailable_sentence([&] { file.require_block(512); }), HasSubstr("4"));
}

TEST_F(BlockDeviceTest, IsTheSameByAnyName) {
  fs::create_symlink(device_.path(), folder_.path() / "alias");
  EXPECT_TRUE(is_block_device(device_.path()));
  EXPECT_TRUE(same_device(device_.path(), folder_.path() / "alias"));
  EXPECT_FALSE(same_device(device_.path(), "/dev/null"));
  EXPECT_FALSE(same_device("/dev/null", "/dev/null"));
}

TEST_F(BlockDeviceTest, NothingStaysInTheFolder) {
  name(false);
  open();
  remove_test_file(folder_.path());
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(BlockDeviceTest, TooSmallIsOneSentence) {
  for (const bool overwrite : {false, true}) {
    name(overwrite);
    EXPECT_THAT(unavailable_sentence([&] { TestFile::open(folder_.path(), 2 * device_size); }), HasSubstr("too small"));
  }
}

TEST_F(BlockDeviceTest, InUseIsRefused) {
  const FileDescriptor holder(::open(device_.path().c_str(), O_RDONLY | O_EXCL | O_CLOEXEC));
  ASSERT_TRUE(holder);
  for (const Access access : {Access::read, Access::write}) {
    EXPECT_THAT(unavailable_sentence([&] { open_device(device_.path(), access); }), HasSubstr("is in use"));
  }
}

TEST_F(BlockDeviceTest, MountedIsRefusedAndSaidSo) {
  if (std::system(("mkfs.ext4 -q " + device_.path().string() + " >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << "no mkfs.ext4";
  }
  TestFolder mount;
  if (::mount(device_.path().c_str(), mount.path().c_str(), "ext4", 0, nullptr) != 0) GTEST_SKIP() << "no mount";
  EXPECT_THAT(unavailable_sentence([&] { open_device(device_.path(), Access::write); }), HasSubstr("it is mounted"));
  ::umount(mount.path().c_str());
}

TEST(BlockDevice, ReadOnlyIsRefusedForWriting) {
  const TestFolder folder;
  std::ofstream(folder.path() / "file") << std::string(1 << 20, 'x');
  const LoopDevice device(folder.path() / "file", true);
  if (device.path().empty()) GTEST_SKIP() << "no loop device here: root is needed";
  EXPECT_THAT(unavailable_sentence([&] { open_device(device.path(), Access::write); }), HasSubstr("is read-only"));
}

TEST(BlockDevice, IsOneSentenceWhereItIsNone) {
  EXPECT_THAT(unavailable_sentence([] { open_device("/dev/no-such-device", Access::read); }),
              HasSubstr("No such file"));
  EXPECT_THAT(unavailable_sentence([] { open_device("/dev/null", Access::write); }), HasSubstr("no block device"));
}

// Who could make links in the folder of a run could name a disk to be overwritten.
TEST(NamedDevice, IsFollowedOnlyWhereNobodyElseCanHavePutIt) {
  const TestFolder folder;
  EXPECT_FALSE(named_device(folder.path()));
  name_device(folder.path(), {"/dev/null", true});
  ASSERT_TRUE(named_device(folder.path()));
  EXPECT_TRUE(named_device(folder.path())->overwrite);
  EXPECT_EQ(named_device(folder.path())->path, "/dev/null");
  fs::permissions(folder.path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(named_device(folder.path()));
  forget_device(folder.path());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(NamedDevice, MayNotBeOverwrittenWhereNobodySaidSo) {
  const TestFolder folder;
  name_device(folder.path(), {"/dev/null", false});
  EXPECT_FALSE(named_device(folder.path())->overwrite);
  fs::create_symlink("/dev/zero", folder.path() / "sextant-storage.overwrite");
  EXPECT_FALSE(named_device(folder.path())->overwrite) << "another device";
}

class UsedBy : public testing::Test {
 protected:
  void file(const fs::path& name, const std::string& text) {
    fs::create_directories((root_.path() / name).parent_path());
    std::ofstream(root_.path() / name) << text;
  }
  std::string user() { return used_by(makedev(259, 0), root_.path()); }
  TestFolder root_;
};

TEST_F(UsedBy, Nobody) {
  EXPECT_EQ(user(), "");
  file("proc/self/mountinfo", "21 1 254:0 / / rw - ext4 /dev/vda rw\n");
  EXPECT_EQ(user(), "");
}

TEST_F(UsedBy, AFileSystem) {
  file("proc/self/mountinfo", "21 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\n");
  EXPECT_THAT(user(), HasSubstr("mounted"));
}

TEST_F(UsedBy, AFileSystemOnAPartition) {
  file("sys/dev/block/259:0/nvme0n1p1/partition", "1\n");
  file("sys/dev/block/259:0/nvme0n1p1/dev", "259:1\n");
  file("proc/self/mountinfo", "21 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n");
  EXPECT_EQ(user(), "a partition of it, nvme0n1p1: it is mounted: unmount it first");
}

TEST_F(UsedBy, AnotherDevice) {
  file("sys/dev/block/259:0/holders/md0", "");
  EXPECT_THAT(user(), HasSubstr("(md0)"));
}

}  // namespace
}  // namespace sextant::storage
