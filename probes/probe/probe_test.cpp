// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/probe.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "probes/probe/clock.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::probes {
namespace {

TEST(Points, AreTheFullProductWithTheLastAxisFastest) {
  const auto all =
      points({{"footprint", Unit::byte, numbers({1, 2}), ""}, {"type", Unit::text, words({"f32", "int8"}), ""}});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].number("footprint"), 1);
  EXPECT_EQ(all[1].word("type"), "int8");
  EXPECT_EQ(all[2].number("footprint"), 2);
}

TEST(Points, AnAxisWithoutValuesLeavesNothingToMeasure) {
  EXPECT_TRUE(points({{"footprint", Unit::byte, {}, ""}}).empty());
}

TEST(Axes, PowersOfTwoIncludeTheLast) {
  const auto values = powers_of_two(16384, 1048576, 2);
  ASSERT_EQ(values.size(), 4u);
  EXPECT_EQ(std::get<double>(values.back()), 1048576);
}

Machine small_machine() {
  Machine machine;
  machine.processors = {0};
  machine.available_memory = std::size_t(64) << 20;
  return machine;
}

TEST(Workspace, ArenaStaysWhereItIsWhenALargerPieceIsAskedFor) {
  const Machine machine = small_machine();
  Workspace workspace(machine, {}, 1);
  const auto small = workspace.arena(4096);
  std::memset(small.data(), 7, small.size());
  const auto large = workspace.arena(std::size_t(16) << 20);
  EXPECT_EQ(small.data(), large.data());
  EXPECT_EQ(large[100], std::byte{7});
}

TEST(Workspace, MoreThanHalfOfTheFreeMemoryIsRefusedWithASentence) {
  const Machine machine = small_machine();
  Workspace workspace(machine, {}, 1);
  try {
    workspace.arena(std::size_t(48) << 20);
    FAIL() << "48 MiB of 64 MiB were given";
  } catch (const Unavailable& reason) {
    EXPECT_NE(std::string(reason.what()).find("too little memory"), std::string::npos) << reason.what();
  }
}

TEST(Workspace, PagesOfTheirOwnAreRefusedBeforeTheyAreTouched) {
  const Machine machine = small_machine();
  Workspace workspace(machine, {}, 1);
  EXPECT_THROW(workspace.own_pages(std::size_t(48) << 20), Unavailable);  // of 64 MiB
  {
    Pages first = workspace.own_pages(std::size_t(20) << 20);
    const Pages moved = std::move(first);
    EXPECT_EQ(moved.bytes().size(), std::size_t(20) << 20);
    EXPECT_THROW(workspace.own_pages(std::size_t(20) << 20), Unavailable);  // together more than half
    EXPECT_NO_THROW(workspace.own_pages(std::size_t(12) << 20));
  }
  EXPECT_NO_THROW(workspace.own_pages(std::size_t(30) << 20));  // what was given back can be given again
}

TEST(Workspace, MoreThreadsThanProcessorsAreRefused) {
  const Machine machine = small_machine();
  Workspace workspace(machine, {}, 1);
  EXPECT_THROW(workspace.team(2), Unavailable);
  EXPECT_EQ(workspace.team(1).size(), 1);
}

TEST(Clock, StepsForwardAndKnowsItsResolution) {
  const ClockQuality quality = measure(monotonic_clock());
  EXPECT_GT(quality.resolution, 0);
  EXPECT_LT(quality.resolution, 1e-3);
  EXPECT_GT(quality.cost, 0);
}

}  // namespace
}  // namespace sextant::probes
