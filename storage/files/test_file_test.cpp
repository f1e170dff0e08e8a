// SPDX-License-Identifier: Apache-2.0
#include "storage/files/test_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include <array>
#include <fstream>
#include <vector>

#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint64_t size = 64 * page;

ino_t inode(const TestFile& file) {
  struct stat status = {};
  EXPECT_EQ(::fstat(file.descriptor(), &status), 0);
  return status.st_ino;
}

std::vector<char> content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A file system of the test folder that refuses O_DIRECT is not what these tests are about.
class TestFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string reason = unavailable_sentence([&] { TestFile::open(folder_.path(), page, Medium::anything); });
    remove_test_file(folder_.path());
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  fs::path file() const { return folder_.path() / "sextant-storage.test"; }
  fs::path partial() const { return folder_.path() / "sextant-storage.test.partial"; }
  TestFile open(std::uint64_t bytes) const { return TestFile::open(folder_.path(), bytes, Medium::anything); }

  TestFolder folder_;
};

TEST_F(TestFileTest, HoldsEveryPage) {
  const TestFile opened = open(size);
  EXPECT_EQ(opened.bytes(), size);
  const std::vector<char> all = content(file());
  ASSERT_EQ(all.size(), size + page);
  for (std::uint64_t at = 0; at < size; at += page) {
    const std::span bytes(reinterpret_cast<const std::byte*>(all.data()) + at, page);
    EXPECT_TRUE(opened.holds(bytes, at)) << at;
  }
  EXPECT_FALSE(fs::exists(partial()));
}

TEST_F(TestFileTest, IsReusedWhenLongEnough) {
  const TestFile first = open(size);
  const TestFile again = open(size);
  const TestFile shorter = open(size / 2);
  EXPECT_EQ(inode(again), inode(first));
  EXPECT_EQ(again.seed(), first.seed());
  EXPECT_EQ(shorter.bytes(), size);
  const TestFile longer = open(2 * size);
  EXPECT_NE(inode(longer), inode(first));
  EXPECT_NE(longer.seed(), first.seed());
  EXPECT_EQ(longer.bytes(), 2 * size);
}

TEST_F(TestFileTest, PartialFileOfAKilledWorkerIsReplaced) {
  std::ofstream(partial()) << "half";
  const TestFile opened = open(size);
  EXPECT_EQ(opened.bytes(), size);
  EXPECT_FALSE(fs::exists(partial()));
}

TEST_F(TestFileTest, AFileOfSomebodyElseIsLeftAlone) {
  std::ofstream(file()) << std::string(3 * page, 'x');
  EXPECT_THAT(unavailable_sentence([&] { open(size); }), HasSubstr("not a complete test file of ours"));
  remove_test_file(folder_.path());
  EXPECT_EQ(content(file()), std::vector<char>(3 * page, 'x'));
}

TEST_F(TestFileTest, ALinkIsNotFollowed) {
  const fs::path precious = folder_.path() / "precious";
  std::ofstream(precious) << "precious";
  fs::create_symlink(precious, file());
  EXPECT_NE(unavailable_sentence([&] { open(size); }), "");
  fs::remove(file());
  fs::create_symlink(precious, partial());
  open(size);
  EXPECT_EQ(fs::file_size(precious), 8u);
}

TEST_F(TestFileTest, ATruncatedFileIsNotTakenForWhole) {
  open(size);
  fs::resize_file(file(), size);
  EXPECT_THAT(unavailable_sentence([&] { open(size); }), HasSubstr("not a complete test file of ours"));
}

TEST_F(TestFileTest, IsRemoved) {
  open(size);
  std::ofstream(partial()) << "half";
  remove_test_file(folder_.path());
  EXPECT_TRUE(fs::is_empty(folder_.path()));
  remove_test_file(folder_.path());
  remove_test_file({});
}

TEST_F(TestFileTest, NeverFillsTheDisk) {
  struct statvfs space = {};
  ASSERT_EQ(::statvfs(folder_.path().c_str(), &space), 0);
  const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
  const std::string reason = unavailable_sentence([&] { open(free / page * page); });
  EXPECT_THAT(reason, HasSubstr("not enough free space in the --target folder"));
  EXPECT_EQ(reason.find(folder_.path().string()), std::string::npos) << "a result must not tell paths of the machine";
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST(TestFile, NeedsATarget) {
  EXPECT_EQ(unavailable_sentence([] { TestFile::open({}, page); }), "no --target folder given");
  EXPECT_THAT(unavailable_sentence([] { TestFile::open("no/such/folder", page); }),
              HasSubstr("--target folder cannot be used: No such file"));
}

TEST(TestFile, MemoryIsNotADevice) {
  struct statfs system = {};
  if (::statfs("/dev/shm", &system) != 0 || system.f_type != TMPFS_MAGIC) GTEST_SKIP() << "no tmpfs at /dev/shm";
  EXPECT_THAT(unavailable_sentence([] { TestFile::open("/dev/shm", page); }), HasSubstr("give --target on a disk"));
}

}  // namespace
}  // namespace sextant::storage
