// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "probes/probes.hpp"
#include "probes/threads/trials.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

class CoreToCore : public testing::Test {
 protected:
  void SetUp() override {
    if (bench.machine.processors.size() < 2) GTEST_SKIP() << "a line needs two processors to go between";
  }
  Point point(const char* method = "flag") const {
    return {{"first", double(bench.machine.processors[0])},
            {"second", double(bench.machine.processors[1])},
            {"method", method}};
  }
  std::unique_ptr<Trial> trial(HandOver hand_over) { return core_to_core_trial(bench.workspace, point(), hand_over); }
  Bench bench;
};

// Mutants. None may leave the other thread waiting for a number that never comes.

std::uint64_t without_waiting(std::atomic<std::uint64_t>& line, std::uint64_t, std::uint64_t next) {
  return line.exchange(next);
}

std::uint64_t one_turn_skipped(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next) {
  if (expected == 4) return expected;                          // the first leaves its turn out,
  if (expected == 5) return hand_over_by_flag(line, 4, next);  // and the second goes on from the turn before
  return hand_over_by_flag(line, expected, next);
}

std::uint64_t one_number_wrong(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next) {
  return hand_over_by_swap(line, expected, next) + (expected == 7);
}

std::uint64_t stale_number(std::atomic<std::uint64_t>& line, std::uint64_t expected, std::uint64_t next) {
  hand_over_by_swap(line, expected, next);
  return expected >= 2 ? expected - 2 : 0;
}

TEST_F(CoreToCore, OutOfTurnIsCaught) {
  expect_caught(trial(without_waiting));
  expect_caught(trial(one_turn_skipped));
  expect_caught(trial(one_number_wrong));
  expect_caught(trial(stale_number));
}

TEST_F(CoreToCore, BothMethodsAreSoundAndMayTakeTurns) {
  const auto flag = sync_core_to_core().prepare(bench.workspace, point("flag"));
  const auto swap = sync_core_to_core().prepare(bench.workspace, point("swap"));
  for (const std::uint64_t iterations : {1, 100, 7}) {
    for (Trial* each : {flag.get(), swap.get()}) EXPECT_EQ(each->run(iterations).operations, 2.0 * double(iterations));
  }
  EXPECT_NO_THROW(flag->verify());
  EXPECT_NO_THROW(swap->verify());
}

TEST_F(CoreToCore, RefusesOneProcessorTwiceAndProcessorsThatAreNotOurs) {
  const double one = bench.machine.processors[0];
  const auto refused = [&](double first, double second, const char* method) {
    EXPECT_THROW(
        sync_core_to_core().prepare(bench.workspace, {{"first", first}, {"second", second}, {"method", method}}),
        Unavailable);
  };
  refused(one, one, "flag");
  refused(one, 99999, "swap");
  refused(one, 0.5, "swap");
  refused(one, bench.machine.processors[1], "telepathy");
}

std::set<std::pair<double, double>> pairs(const Machine& machine, bool quick) {
  const Probe probe = sync_core_to_core();
  std::vector<Point> all = points(probe.axes(machine, quick));
  for (const Point& each : probe.beside(machine, quick)) all.push_back(each);
  std::set<std::pair<double, double>> pairs;
  for (const Point& each : all) pairs.emplace(each.number("first"), each.number("second"));
  EXPECT_EQ(all.size(), 2 * pairs.size()) << "each pair once with each method";
  return pairs;
}

TEST(CoreToCorePairs, AreAllOfFewProcessorsAndTheFirstWithAllOfMany) {
  Machine machine = machine_with(256 * mebibyte);
  machine.processors = {0, 2, 1, 3};  // two threads a core: core after core first
  EXPECT_EQ(pairs(machine, false),
            (std::set<std::pair<double, double>>{{0, 2}, {0, 1}, {0, 3}, {2, 1}, {2, 3}, {1, 3}}));
  EXPECT_EQ(pairs(machine, true), (std::set<std::pair<double, double>>{{0, 2}}));
  machine.processors = {8, 9, 10, 11, 12, 13, 14, 15, 3, 4};
  const auto many = pairs(machine, false);
  EXPECT_EQ(many.size(), 9u);
  for (const auto& [first, second] : many) EXPECT_TRUE(first == 8 && second != 8);
}

}  // namespace
}  // namespace sextant::probes
