// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/huge_pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/machine/constructed.hpp"

namespace sextant::probes {
namespace {

using constructed::Files;
using testing::HasSubstr;

constexpr std::size_t mebibyte = 1 << 20;

// `total` pages of 2 MiB, `free` of them untouched, `promised` of these to somebody else.
void set_aside(const Files& files, int total, int free, int promised) {
  const std::string pool = "sys/kernel/mm/hugepages/hugepages-2048kB/";
  files.write("proc/meminfo", "MemAvailable: 16777216 kB\nHugepagesize:       2048 kB");
  files.write(pool + "nr_hugepages", std::to_string(total));
  files.write(pool + "free_hugepages", std::to_string(free));
  files.write(pool + "resv_hugepages", std::to_string(promised));
}

TEST(HugePages, ThatAreMissingAreCountedAndTheCommandIsGiven) {
  const Files files;
  set_aside(files, 10, 6, 2);
  const Tree tree(files.root());
  EXPECT_EQ(too_few_huge_pages(tree, 8 * mebibyte, -1), "");
  EXPECT_EQ(too_few_huge_pages(tree, 8 * mebibyte + 1, -1),
            "the point needs 5 huge pages of 2048kB and 4 are free: as root, `echo 11 > "
            "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages`, which the memory must allow");
}

TEST(HugePages, NoneSetAside) {
  const Files files;
  set_aside(files, 0, 0, 0);
  EXPECT_THAT(too_few_huge_pages(Tree(files.root()), 2 * mebibyte, -1), HasSubstr("needs 1 huge pages"));
}

TEST(HugePages, OfANodeAreCountedThere) {
  const Files files;
  set_aside(files, 8, 8, 0);
  files.write("sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages", "3");
  files.write("sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "3");
  const Tree tree(files.root());
  EXPECT_EQ(too_few_huge_pages(tree, 6 * mebibyte, 1), "");
  const auto sentence = too_few_huge_pages(tree, 8 * mebibyte, 1);
  EXPECT_THAT(sentence, HasSubstr("4 huge pages of 2048kB on NUMA node 1 and 3 are free"));
  EXPECT_THAT(sentence, HasSubstr("echo 4 > /sys/devices/system/node/node1/hugepages"));
}

// The limit is looked at when a page is touched, and whoever is above it gets a SIGBUS.
TEST(HugePages, AreNotMoreThanTheControlGroupAllows) {
  const Files second;
  set_aside(second, 100, 100, 0);
  second.write("proc/self/cgroup", "0::/job/step");
  second.write("sys/fs/cgroup/job/hugetlb.2MB.max", "8388608");
  second.write("sys/fs/cgroup/job/hugetlb.2MB.current", "4194304");
  second.write("sys/fs/cgroup/job/step/hugetlb.2MB.max", "max");
  EXPECT_EQ(too_few_huge_pages(Tree(second.root()), 4 * mebibyte, -1), "");
  EXPECT_EQ(too_few_huge_pages(Tree(second.root()), 6 * mebibyte, -1),
            "the point needs 3 huge pages of 2048kB, the control group allows 2 more");
  const Files first;
  set_aside(first, 100, 100, 0);
  first.write("proc/self/cgroup", "5:hugetlb:/job\n3:memory:/job");
  first.write("sys/fs/cgroup/hugetlb/job/hugetlb.2MB.limit_in_bytes", "2097152");
  EXPECT_EQ(too_few_huge_pages(Tree(first.root()), 2 * mebibyte, -1), "");
  EXPECT_THAT(too_few_huge_pages(Tree(first.root()), 4 * mebibyte, -1), HasSubstr("allows 1 more"));
}

TEST(HugePages, OfAKernelWithoutThemAndOfATreeThatSaysNothing) {
  const Files files;
  EXPECT_EQ(too_few_huge_pages(Tree(files.root()), mebibyte, -1), "");
  files.write("sys/kernel/mm/transparent_hugepage/enabled", "[never]");
  EXPECT_THAT(too_few_huge_pages(Tree(files.root()), mebibyte, -1), HasSubstr("built without hugetlbfs"));
}

TEST(HugePages, AreAsLargeAsTheKernelSays) {
  const Files files;
  EXPECT_EQ(huge_page_bytes(Tree(files.root())), 2 * mebibyte);
  files.write("proc/meminfo", "Hugepagesize:     524288 kB");  // Arm with pages of 64 KiB
  EXPECT_EQ(huge_page_bytes(Tree(files.root())), 512 * mebibyte);
}

}  // namespace
}  // namespace sextant::probes
