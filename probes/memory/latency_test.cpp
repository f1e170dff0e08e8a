// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point at(double footprint, const std::string& pages, const std::string& order) {
  return {{"footprint", footprint}, {"pages", pages}, {"placement", "local"}, {"order", order}};
}

TEST(MemoryLatency, EveryPageKindAndOrderArrives) {
  Bench bench;
  for (const char* pages : {"small", "transparent"}) {
    expect_sound(memory_latency_trial(bench.workspace, at(16384, pages, "random")));
    expect_sound(memory_latency_trial(bench.workspace, at(3 * 262144 + 128, pages, "window")));
  }
}

TEST(MemoryLatency, WindowsAreWalkedNoLessExactly) {
  Bench bench;
  const Point point = at(1048576, "transparent", "window");
  expect_caught(memory_latency_trial(bench.workspace, point,
                                     [](const Stop* stop, std::uint64_t loads) { return chase(stop, loads - 16); }));
  expect_caught(memory_latency_trial(bench.workspace, point, [](const Stop* stop, std::uint64_t) { return stop; }));
}

TEST(MemoryLatency, AStopThatWasOverwrittenIsSeen) {
  Bench bench;
  expect_caught(
      memory_latency_trial(bench.workspace, at(16384, "small", "random"), [](const Stop* stop, std::uint64_t loads) {
        const Stop* arrived = chase(stop, loads);
        const_cast<Stop*>(arrived)->next = arrived->next->next;  // a short cut, taken at once or never
        return arrived;
      }));
}

TEST(MemoryLatency, RefusesWhatItCannotMeasureWithASentence) {
  Bench bench;
  EXPECT_THROW(memory_latency_trial(bench.workspace, at(262144, "small", "window")), Unavailable);
  EXPECT_THROW(memory_latency_trial(bench.workspace, at(8192, "small", "random")), Unavailable);
  EXPECT_THROW(memory_latency_trial(bench.workspace, at(16384, "small", "forwards")), Unavailable);
  EXPECT_THROW(memory_latency_trial(bench.workspace, at(0x1p30, "small", "random")), Unavailable);
}

TEST(MemoryLatency, AllItsPointsFitIntoMemoryTogether) {
  for (const std::size_t gibibytes : {2, 24, 2000}) {
    Machine machine = machine_with(gibibytes << 30);
    machine.nodes.clear();
    for (const bool quick : {true, false}) {
      const Probe probe = memory_latency();
      double bytes = 0;
      std::set<std::string> orders, pages;
      auto all = points(probe.axes(machine, quick));
      for (const Point& point : probe.beside(machine, quick)) all.push_back(point);
      for (const Point& point : all) {
        bytes += point.number("footprint");
        orders.insert(point.word("order"));
        pages.insert(point.word("pages"));
      }
      EXPECT_LE(bytes, double(machine.available_memory) / 2) << gibibytes << (quick ? " quick" : "");
      EXPECT_EQ(orders.size(), 2u);
      EXPECT_EQ(pages.size(), quick ? 2u : 3u);
    }
  }
}

TEST(MemoryLatency, MeasuresEveryPairOfNodesAtTheLargestFootprint) {
  Machine machine = machine_with(std::size_t(24) << 30);
  machine.nodes = {{0, {0}, std::size_t(12) << 30}, {1, {}, std::size_t(12) << 30}};  // one of them memory alone
  std::set<std::string> placements;
  for (const Point& point : memory_latency().beside(machine, false)) {
    if (point.word("placement") == "local") continue;
    placements.insert(point.word("placement"));
    EXPECT_EQ(point.number("footprint"), 0x1p30);
  }
  EXPECT_EQ(placements, (std::set<std::string>{"0:0", "0:1"}));
}

}  // namespace
}  // namespace sextant::probes
