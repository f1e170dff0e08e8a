// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/machine/cgroup.hpp"
#include "probes/machine/constructed.hpp"
#include "probes/machine/kinds.hpp"
#include "probes/machine/machine.hpp"
#include "probes/machine/topology.hpp"

// Which processors are taken first and what belongs to which node, on constructed machines.
namespace sextant::probes {
namespace {

using constructed::Files;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t gibibyte = std::size_t(1) << 30;

TEST(Processors, OfATwoSocketServerAreCoresFirstAndScatteredTheSocketsTakeTurns) {
  const auto machine = describe(constructed::two_socket_smt_server(), std::nullopt);
  EXPECT_THAT(machine.processors, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_THAT(machine.scattered, ElementsAre(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
  ASSERT_THAT(machine.nodes, SizeIs(2));
  EXPECT_THAT(machine.nodes[0].processors, ElementsAre(0, 1, 2, 3, 8, 9, 10, 11));
  EXPECT_THAT(machine.nodes[1].processors, ElementsAre(4, 5, 6, 7, 12, 13, 14, 15));
  EXPECT_EQ(machine.nodes[1].bytes, 128 * gibibyte);
  EXPECT_EQ(node_of(machine, 13), 1);
  EXPECT_EQ(node_of(machine, 16), -1);
}

TEST(Processors, OfOneSocketInFourNodesScatterOverNodesThenCaches) {
  const auto machine = describe(constructed::four_node_epyc(), std::nullopt);
  EXPECT_EQ(machine.numa_nodes, 4);
  EXPECT_THAT(machine.processors, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_THAT(machine.scattered, ElementsAre(0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15));
  EXPECT_THAT(machine.nodes[3].processors, ElementsAre(12, 13, 14, 15));
}

TEST(Processors, OfAHybridLaptopAreTheFastCoresFirstThenTheSlowOnesThenSecondThreads) {
  const auto machine = describe(constructed::hybrid_laptop(), constructed::hybrid_processors);
  EXPECT_EQ(machine.cores, 8);
  EXPECT_THAT(machine.processors, ElementsAre(8, 10, 12, 14, 0, 2, 4, 6, 9, 11, 13, 15));
  EXPECT_THAT(machine.scattered, ElementsAre(8, 10, 12, 14, 0, 2, 4, 6, 9, 11, 13, 15));
}

TEST(Processors, OfAnArmServerScatterOverSocketsThenClusters) {
  const auto machine = describe(constructed::arm_server(), std::nullopt);
  EXPECT_EQ(machine.cores, 16);
  EXPECT_THAT(machine.processors, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_THAT(machine.scattered, ElementsAre(0, 8, 2, 10, 4, 12, 6, 14, 1, 9, 3, 11, 5, 13, 7, 15));
}

TEST(Processors, OfAVirtualMachineWithCachesThatNobodyHasAreInOrder) {
  const auto machine = describe(constructed::virtual_machine(), std::nullopt);
  EXPECT_THAT(machine.processors, ElementsAre(0, 1));
  EXPECT_EQ(machine.scattered, machine.processors);
  EXPECT_EQ(machine.caches.back().bytes, std::size_t(508) << 20);  // recorded as claimed
}

TEST(Processors, LeftByANarrowAffinityShareACoreOnlyWhenNoCoreIsLeft) {
  // Three cores of the first socket with both threads, one of the second.
  const auto machine = describe(constructed::two_socket_smt_server(), std::vector<int>{0, 1, 2, 4, 8, 9, 10, 12});
  EXPECT_EQ(machine.cores, 4);
  EXPECT_THAT(machine.processors, ElementsAre(0, 1, 2, 4, 8, 9, 10, 12));
  EXPECT_THAT(machine.scattered, ElementsAre(0, 4, 1, 2, 8, 12, 9, 10));
  const auto one_socket = describe(constructed::two_socket_smt_server(), std::vector<int>{4, 5, 12});
  EXPECT_THAT(one_socket.processors, ElementsAre(4, 5, 12));
  EXPECT_EQ(one_socket.scattered, one_socket.processors);
  EXPECT_THAT(one_socket.nodes[0].processors, IsEmpty());
}

TEST(Nodes, OfMemoryAloneHaveNoProcessorsAlthoughHwlocNamesTheNearest) {
  const auto cxl = describe(constructed::with_cxl_memory(), std::nullopt);
  ASSERT_THAT(cxl.nodes, SizeIs(3));
  EXPECT_THAT(cxl.nodes[0].processors, ElementsAre(0, 1));
  EXPECT_THAT(cxl.nodes[1].processors, ElementsAre(2, 3));
  EXPECT_THAT(cxl.nodes[2].processors, IsEmpty());
  EXPECT_EQ(cxl.nodes[2].bytes, 256 * gibibyte);
  // High-bandwidth memory beside the socket's own: both name the same processors.
  const auto hbm = describe(topology_from_synthetic("pack:1 [numa(memory=68719476736)] [numa(memory=17179869184)] "
                                                    "core:2 pu:1"),
                            std::nullopt);
  ASSERT_THAT(hbm.nodes, SizeIs(2));
  EXPECT_THAT(hbm.nodes[0].processors, ElementsAre(0, 1));
  EXPECT_THAT(hbm.nodes[1].processors, IsEmpty());
}

TEST(Nodes, AreAsTheKernelSaysWhereItSays) {
  const Files files;
  files.write("sys/devices/system/node/node0/cpulist", "");  // the memory without processors comes first here
  files.write("sys/devices/system/node/node1/cpulist", "0-1");
  files.write("sys/devices/system/node/node0/meminfo",
              "Node 0 MemTotal:  1048576 kB\nNode 0 MemFree:    524288 kB\n"
              "Node 0 Inactive(file):  1024 kB");
  const auto machine =
      detect_machine(topology_from_synthetic("pack:1 [numa] [numa] core:2 pu:1"), std::nullopt, files.root());
  ASSERT_THAT(machine.nodes, SizeIs(2));
  EXPECT_THAT(machine.nodes[0].processors, IsEmpty());
  EXPECT_THAT(machine.nodes[1].processors, ElementsAre(0, 1));
  EXPECT_EQ(machine.nodes[0].available, std::size_t(513) << 20);
  EXPECT_EQ(machine.nodes[1].available, 0u);  // nobody says
}

TEST(Nodes, ThatTheControlGroupKeepsFromUsHaveNoMemory) {
  const Files files;
  files.write("proc/self/status", "Cpus_allowed_list:\t0-1\nMems_allowed_list:\t1");
  const auto machine = detect_machine(constructed::two_socket_smt_server(), std::vector<int>{0, 1}, files.root());
  EXPECT_EQ(machine.nodes[0].bytes, 0u);
  EXPECT_EQ(machine.nodes[1].bytes, 128 * gibibyte);
  EXPECT_THAT(machine.nodes[0].processors, ElementsAre(0, 1));
  EXPECT_THAT(machine.nodes[1].processors, IsEmpty());
}

TEST(Kinds, AreNamedAsIntelDoes) {
  const Files files;
  files.write("sys/devices/cpu_core/cpus", "0-11");
  files.write("sys/devices/cpu_atom/cpus", "12-19");
  const auto here = capture_environment(files.root());
  EXPECT_EQ(fact(here, "cpu.kinds"), "core 0-11, atom 12-19");
  EXPECT_THAT(here.warnings, Contains(HasSubstr("several kinds (core 0-11, atom 12-19)")));
}

TEST(Kinds, AreTheCapacitiesThatArmGives) {
  const Files files;
  for (int processor = 0; processor < 8; ++processor) {
    files.write("sys/devices/system/cpu/cpu" + std::to_string(processor) + "/cpu_capacity", processor < 4    ? "446"
                                                                                            : processor == 7 ? "1024"
                                                                                                             : "871");
  }
  EXPECT_EQ(fact(capture_environment(files.root()), "cpu.kinds"), "1024 7, 871 4-6, 446 0-3");
}

TEST(Kinds, AlikeAreNoKinds) {
  const Files files;
  EXPECT_THAT(processor_kinds(Tree(files.root())), IsEmpty());
  for (const char* processor : {"0", "1"}) {
    files.write("sys/devices/system/cpu/cpu" + std::string(processor) + "/cpu_capacity", "1024");
  }
  EXPECT_THAT(processor_kinds(Tree(files.root())), IsEmpty());
  files.write("sys/devices/cpu_core/cpus", "0-1");  // a machine of performance cores alone
  EXPECT_THAT(processor_kinds(Tree(files.root())), IsEmpty());
}

TEST(Memory, StopsBelowTheBrakeOfAControlGroupToo) {
  const Files files;
  files.write("proc/meminfo", "MemAvailable: 16777216 kB");
  files.write("proc/self/cgroup", "0::/job");
  files.write("sys/fs/cgroup/job/memory.max", "8589934592");
  files.write("sys/fs/cgroup/job/memory.high", "4294967296");
  files.write("sys/fs/cgroup/job/memory.current", "1073741824");
  const auto machine = detect_machine(topology_from_synthetic("pu:1"), std::nullopt, files.root());
  EXPECT_EQ(machine.available_memory, 3 * gibibyte);
  files.write("sys/fs/cgroup/job/memory.high", "max");
  EXPECT_EQ(detect_machine(topology_from_synthetic("pu:1"), std::nullopt, files.root()).available_memory, 7 * gibibyte);
}

TEST(Memory, SwapIsNoMemory) {
  const Files files;
  files.write("proc/meminfo",
              "MemTotal: 4194304 kB\nMemAvailable: 1048576 kB\nSwapTotal: 67108864 kB\nSwapFree: 67108864 kB");
  EXPECT_EQ(detect_machine(topology_from_synthetic("pu:1"), std::nullopt, files.root()).available_memory, gibibyte);
}

TEST(ListNumbers, AreWhatAKernelListNames) {
  EXPECT_THAT(list_numbers("0-3,8"), ElementsAre(0, 1, 2, 3, 8));
  EXPECT_THAT(list_numbers("7\n"), ElementsAre(7));
  EXPECT_THAT(list_numbers(""), IsEmpty());
  EXPECT_THAT(list_numbers("none"), IsEmpty());
}

}  // namespace
}  // namespace sextant::probes
