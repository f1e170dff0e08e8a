// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/methods.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <memory>

#include "storage/files/file_system.hpp"
#include "storage/files/test_file.hpp"
#include "storage/files/test_folder.hpp"

namespace sextant::storage {
namespace {

TEST(Methods, KeepTheirNames) {
  for (const char* word : {"io_uring", "io_uring_plain", "io_uring_sqpoll", "io_uring_iopoll", "nvme_passthrough",
                           "pread", "mmap_cold", "mmap_warm", "page_cache", "nop"}) {
    EXPECT_EQ(name(method_named(word)), word);
  }
}

TEST(Passthrough, FindsTheCharacterDeviceOfAWholeNvmeDevice) {
  EXPECT_EQ(command_device("nvme0n1"), "/dev/ng0n1");
  EXPECT_EQ(command_device("nvme12n3"), "/dev/ng12n3");
  EXPECT_EQ(command_device("nvme0n1p1"), "");
  EXPECT_EQ(command_device("vda"), "");
}

TEST(Passthrough, WantsADevice) {
  const FileDescriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const std::string reason = unavailable_sentence([&] { Passthrough(1, file.number()); });
  EXPECT_NE(reason.find("give an NVMe block device"), std::string::npos) << reason;
}

TEST(PageCache, IsEmptiedAndFilled) {
  constexpr std::size_t bytes = 64 * page;
  TestFolder folder;
  std::unique_ptr<TestFile> file;
  const std::string reason = unavailable_sentence(
      [&] { file = std::make_unique<TestFile>(TestFile::open(folder.path(), bytes, Medium::anything)); });
  if (!reason.empty()) GTEST_SKIP() << reason;
  const FileDescriptor cached = open_cached(file->descriptor());
  EXPECT_EQ(::fcntl(cached.number(), F_GETFL) & O_DIRECT, 0);
  const Mapping mapping(cached.number(), bytes, true);
  mapping.warm(0, bytes);
  EXPECT_EQ(mapping.resident(), bytes / page);
  if (file_system_of(folder.path()).memory) GTEST_SKIP() << "a file in memory cannot leave it";
  mapping.evict(0, bytes);
  EXPECT_EQ(mapping.resident(), 0u);
  EXPECT_TRUE(file->holds(mapping.bytes(), 0));
  EXPECT_GT(mapping.resident(), 0u);
}

}  // namespace
}  // namespace sextant::storage
