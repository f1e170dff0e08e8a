// SPDX-License-Identifier: Apache-2.0
#include "storage/files/file_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

using testing::HasSubstr;

constexpr const char* mountinfo =
    "21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
    "40 21 0:35 / /var/merged rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir=/mem/upper,workdir=/mem/work\n"
    "41 40 254:1 / /var/merged/disk rw,relatime shared:2 master:1 - xfs /dev/vdb rw\n"
    "42 21 0:36 / /ro rw - overlay overlay ro,lowerdir=/a:/b\n";

TEST(UpperFolder, IsThatOfTheInnermostMount) {
  EXPECT_EQ(upper_folder(mountinfo, "/var/merged"), "/mem/upper");
  EXPECT_EQ(upper_folder(mountinfo, "/var/merged/some/where"), "/mem/upper");
  EXPECT_EQ(upper_folder(mountinfo, "/var/merged/disk/x"), "");
  EXPECT_EQ(upper_folder(mountinfo, "/var/mergedtoo"), "");
  EXPECT_EQ(upper_folder(mountinfo, "/ro"), "");
  EXPECT_EQ(upper_folder("nonsense\n\n", "/ro"), "");
}

TEST(FileSystem, MemoryIsNotADevice) {
  struct statfs system = {};
  if (::statfs("/dev/shm", &system) != 0 || system.f_type != TMPFS_MAGIC) GTEST_SKIP() << "no tmpfs at /dev/shm";
  EXPECT_TRUE(file_system_of("/dev/shm").memory);
  EXPECT_THAT(unavailable_sentence([] { refuse_memory("/dev/shm"); }), HasSubstr("in memory (tmpfs)"));
}

TEST(FileSystem, SaysWhyItCannotBeAsked) {
  EXPECT_THAT(unavailable_sentence([] { file_system_of("no/such/folder"); }), HasSubstr("No such file"));
}

TEST(FileSystem, HasANameEverywhere) {
  const TestFolder folder;
  EXPECT_NE(file_system_of(folder.path()).name, "");
}

}  // namespace
}  // namespace sextant::storage
