// SPDX-License-Identifier: Apache-2.0
#include "probes/machine/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "probes/machine/topology.hpp"
#include "results/record/csv.hpp"

namespace sextant::probes {
namespace {

using testing::ElementsAre;

const std::filesystem::path captures = std::filesystem::path(SEXTANT_SOURCE_DIR) / "probes/machine/captures";

constexpr const char* two_packages =
    "pack:2 [numa(memory=68719476736)] l3:2(size=33554432) l2:2(size=1048576) l1d:1(size=32768) core:1 pu:2";

TEST(Machine, DescribesASyntheticServer) {
  const auto machine = describe(topology_from_synthetic(two_packages), std::nullopt);
  EXPECT_EQ(machine.cores, 8);
  EXPECT_EQ(machine.numa_nodes, 2);
  // One processor a core first, then the second threads.
  EXPECT_THAT(machine.processors, ElementsAre(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
  ASSERT_EQ(machine.caches.size(), 3u);
  EXPECT_EQ(machine.caches[0].level, 1);
  EXPECT_EQ(machine.caches[0].bytes, 32768u);
  EXPECT_EQ(machine.caches[1].shared_by, 2);
  EXPECT_EQ(machine.caches[2].level, 3);
  EXPECT_EQ(machine.caches[2].bytes, 33554432u);
  EXPECT_EQ(machine.caches[2].shared_by, 4);
}

TEST(Machine, RespectsTheAffinity) {
  const auto topology = topology_from_synthetic(two_packages);
  const auto machine = describe(topology, std::vector<int>{2, 3, 5});
  EXPECT_THAT(machine.processors, ElementsAre(2, 5, 3));
  EXPECT_EQ(machine.cores, 2);
  const auto one = describe(topology, std::vector<int>{15});
  EXPECT_THAT(one.processors, ElementsAre(15));
  EXPECT_EQ(one.cores, 1);
}

TEST(Machine, DescribesTwoNodesFromXml) {
  const auto topology = topology_from_xml(results::read_text(captures / "two-nodes-hmat.xml"));
  const auto machine = detect_machine(topology, std::nullopt, captures / "two-socket");
  EXPECT_EQ(machine.numa_nodes, 2);
  EXPECT_EQ(machine.cores, 4);
  EXPECT_THAT(machine.processors, ElementsAre(0, 1, 2, 3));
  EXPECT_FALSE(machine.virtualised);
}

TEST(Machine, MemoryIsCutByTheControlGroup) {
  const auto topology = topology_from_synthetic(two_packages);
  // Version 1: limit 8 GiB, 3 GiB used, of which 1 GiB is file pages that are given back.
  EXPECT_EQ(detect_machine(topology, std::nullopt, captures / "virtual").available_memory, std::size_t(6) << 30);
  // Version 2: the limit stands at the parent: 128 GiB, 8 GiB used, 4 GiB given back; MemAvailable is larger.
  EXPECT_EQ(detect_machine(topology, std::nullopt, captures / "two-socket").available_memory, std::size_t(124) << 30);
}

TEST(Machine, WithoutFilesMemoryIsUnknownAndNothingThrows) {
  const auto machine = detect_machine(topology_from_synthetic("pu:1"), std::nullopt, captures / "none");
  EXPECT_EQ(machine.available_memory, 0u);
  EXPECT_EQ(machine.cores, 1);
  EXPECT_FALSE(machine.virtualised);
}

TEST(Machine, DetectsThisMachine) {
  const auto machine = detect_machine();
  EXPECT_GE(machine.processors.size(), 1u);
  EXPECT_GE(static_cast<std::size_t>(machine.processors.size()), static_cast<std::size_t>(machine.cores));
  EXPECT_GT(machine.available_memory, std::size_t(16) << 20);
}

TEST(MachineHash, IsTheSameForTheSameMachineAndNamesNothing) {
  const auto machine = describe(topology_from_synthetic(two_packages), std::nullopt);
  auto environment = capture_environment(captures / "two-socket");
  const auto hash = machine_hash(machine, environment);
  EXPECT_THAT(hash, testing::MatchesRegex("[0-9a-f]{8}"));
  for (auto& [key, value] : environment.facts) {
    if (key == "load") value = "17";                    // what changes from minute to minute
    if (key == "memory.total") value = "270188003328";  // or with the kernel
  }
  EXPECT_EQ(machine_hash(machine, environment), hash);
  EXPECT_EQ(machine_hash(describe(topology_from_synthetic(two_packages), std::vector<int>{0}), environment), hash);
}

TEST(MachineHash, TellsMachinesApart) {
  const auto machine = describe(topology_from_synthetic(two_packages), std::nullopt);
  auto environment = capture_environment(captures / "two-socket");
  const auto hash = machine_hash(machine, environment);
  EXPECT_NE(machine_hash(machine, capture_environment(captures / "virtual")), hash);
  EXPECT_NE(machine_hash(describe(topology_from_synthetic("core:4 pu:1"), std::nullopt), environment), hash);
  for (auto& [key, value] : environment.facts) {
    if (key == "memory.total") value = "137438953472";  // half the memory
  }
  EXPECT_NE(machine_hash(machine, environment), hash);
}

}  // namespace
}  // namespace sextant::probes
