// SPDX-License-Identifier: Apache-2.0
#include "probes/axes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "probes/machine/constructed.hpp"
#include "probes/probes.hpp"

// What is measured on machines that we do not have.
namespace sextant::probes {
namespace {

using testing::IsEmpty;

TEST(LargestFootprint, IsNeverChosenByWhatCachesAndNodesClaim) {
  Machine machine = describe(constructed::virtual_machine(), std::nullopt);
  machine.available_memory = std::size_t(8) << 30;
  const double before = largest_footprint(machine, 1e18);
  EXPECT_EQ(before, 0x1p31);
  machine.caches = {{3, std::size_t(1) << 40, 1}};
  machine.nodes[0].bytes = 1;
  EXPECT_EQ(largest_footprint(machine, 1e18), before);
}

const std::vector<int> all_threads = {1, 2, 4, 8, 16};

TEST(OtherBindings, AreWorthAPointWhereTheTeamIsAnotherOne) {
  const auto scattered = [](const Topology& topology, int threads) {
    return !other_bindings(describe(topology, std::nullopt), threads).empty();
  };
  for (const int threads : all_threads) {
    EXPECT_EQ(scattered(constructed::two_socket_smt_server(), threads), threads > 1 && threads < 8) << threads;
    EXPECT_EQ(scattered(constructed::four_node_epyc(), threads), threads > 1 && threads < 16) << threads;
    EXPECT_EQ(scattered(constructed::arm_server(), threads), threads > 1 && threads < 16) << threads;
    EXPECT_FALSE(scattered(constructed::virtual_machine(), threads)) << threads;
  }
}

TEST(OtherPlacements, AreEveryNodeWithProcessorsTimesEveryNodeWithMemory) {
  EXPECT_EQ(other_placements(describe(constructed::two_socket_smt_server(), std::nullopt)),
            words({"0:0", "0:1", "1:0", "1:1"}));
  EXPECT_EQ(other_placements(describe(constructed::with_cxl_memory(), std::nullopt)),
            words({"0:0", "0:1", "0:2", "1:0", "1:1", "1:2"}));
  EXPECT_THAT(other_placements(describe(constructed::virtual_machine(), std::nullopt)), IsEmpty());
  EXPECT_EQ(other_placements(describe(constructed::four_node_epyc(), std::nullopt)).size(), 16u);
  // Bound to one socket, threads run there alone; memory may still be anywhere.
  EXPECT_EQ(other_placements(describe(constructed::two_socket_smt_server(), std::vector<int>{4, 5})),
            words({"1:0", "1:1"}));
  Machine machine = describe(constructed::two_socket_smt_server(), std::nullopt);
  machine.nodes[1].bytes = 0;  // a bank that was never filled
  EXPECT_EQ(other_placements(machine), words({"0:0", "1:0"}));
}

struct Constructed {
  const char* name;
  Machine machine;
};
std::vector<Constructed> all_machines() {
  std::vector<Constructed> all = {
      {"two sockets", describe(constructed::two_socket_smt_server(), std::nullopt)},
      {"four nodes", describe(constructed::four_node_epyc(), std::nullopt)},
      {"hybrid", describe(constructed::hybrid_laptop(), constructed::hybrid_processors)},
      {"Arm", describe(constructed::arm_server(), std::nullopt)},
      {"CXL", describe(constructed::with_cxl_memory(), std::nullopt)},
      {"virtual", describe(constructed::virtual_machine(), std::nullopt)},
      {"one processor", describe(constructed::two_socket_smt_server(), std::vector<int>{5})},
  };
  for (Constructed& each : all) each.machine.available_memory = std::size_t(4) << 30;
  return all;
}

TEST(EveryProbe, AsksEveryMachineForPointsThatItHas) {
  for (const auto& [name, machine] : all_machines()) {
    for (const Probe& probe : cpu_probes()) {
      for (const bool quick : {true, false}) {
        SCOPED_TRACE(std::string(name) + ", " + probe.name + (quick ? ", quick" : ""));
        const auto axes = probe.axes(machine, quick);
        std::vector<Point> all = points(axes);
        ASSERT_FALSE(all.empty());
        if (probe.beside) {
          for (Point& point : probe.beside(machine, quick)) all.push_back(std::move(point));
        }
        for (const Point& point : all) {
          for (const Axis& axis : axes) EXPECT_TRUE(point.has(axis.name)) << axis.name;
          if (point.has("footprint")) {
            EXPECT_LE(point.number("footprint"), double(machine.available_memory) / 4);
          }
          if (!point.has("threads") || !probe.available(machine).ready) continue;
          EXPECT_GE(point.number("threads"), 1);
          EXPECT_LE(point.number("threads"), double(machine.processors.size()));
        }
      }
    }
  }
}

}  // namespace
}  // namespace sextant::probes
