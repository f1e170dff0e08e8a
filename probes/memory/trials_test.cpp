// SPDX-License-Identifier: Apache-2.0
#include "probes/memory/trials.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <utility>
#include <vector>

#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

// Mutants: each kernel with one element wrong, one block skipped, or a stale read must fail verify().

const Point read_point{{"footprint", 65536.0}, {"threads", 1.0}};

TEST(MemoryReadMutant, OneElementWrong) {
  Bench bench;
  expect_caught(
      memory_read_trial(bench.workspace, read_point, [](std::span<std::uint64_t> words, std::uint64_t passes) {
        return sum_passes(words, passes) - words[100] + words[101];  // one word read at the wrong place, in one pass
      }));
}

TEST(MemoryReadMutant, OneBlockSkipped) {
  Bench bench;
  expect_caught(
      memory_read_trial(bench.workspace, read_point, [](std::span<std::uint64_t> words, std::uint64_t passes) {
        const auto block = words.subspan(512, 64);
        return sum_passes(words, passes) - std::accumulate(block.begin(), block.end(), std::uint64_t(0));
      }));
}

TEST(MemoryReadMutant, StaleRead) {
  Bench bench;
  // The answer of the first pass stands for all.
  expect_caught(memory_read_trial(
      bench.workspace, read_point,
      [](std::span<std::uint64_t> words, std::uint64_t passes) { return sum_passes(words, 1) * passes; }));
}

TEST(MemoryReadMutant, StaleReadOfThePreviousRun) {
  Bench bench;
  std::uint64_t previous = 0;
  expect_caught(
      memory_read_trial(bench.workspace, read_point, [&](std::span<std::uint64_t> words, std::uint64_t passes) {
        return std::exchange(previous, sum_passes(words, passes));
      }));
}

TEST(MemoryRead, PointsShareTheArenaWithoutDisturbingEachOther) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (double footprint : {16384.0, 65536.0, 1048576.0}) {
    for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads) {
      trials.push_back(memory_read_trial(bench.workspace, {{"footprint", footprint}, {"threads", threads}}));
    }
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& trial : trials) trial->run(7);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(MemoryRead, RefusesSharesThatWouldMeasureTheLoop) {
  Bench bench;
  EXPECT_THROW(memory_read_trial(bench.workspace, {{"footprint", 16384.0}, {"threads", 8.0}}), Unavailable);
}

const Point latency_point{{"footprint", 16384.0}};

TEST(MemoryLatencyMutant, OneElementWrong) {
  Bench bench;
  bool done = false;
  expect_caught(memory_latency_trial(bench.workspace, latency_point, [&](const Stop* stop, std::uint64_t loads) {
    return std::exchange(done, true) ? chase(stop, loads) : chase(stop->next, loads - 16);  // one piece goes astray
  }));
}

TEST(MemoryLatencyMutant, OneBlockSkipped) {
  Bench bench;
  expect_caught(memory_latency_trial(bench.workspace, latency_point,
                                     [](const Stop* stop, std::uint64_t loads) { return chase(stop, loads - 16); }));
}

TEST(MemoryLatencyMutant, WholePieceSkipped) {
  Bench bench;
  expect_caught(
      memory_latency_trial(bench.workspace, latency_point, [](const Stop* stop, std::uint64_t) { return stop; }));
}

TEST(MemoryLatencyMutant, StaleRead) {
  Bench bench;
  const Stop* previous = nullptr;  // where the piece before had arrived
  expect_caught(memory_latency_trial(bench.workspace, latency_point, [&](const Stop* stop, std::uint64_t loads) {
    const Stop* arrived = chase(stop, loads);
    return std::exchange(previous, arrived) ? stop : arrived;
  }));
}

TEST(MemoryLatency, WalksFurtherThanOneCycle) {
  Bench bench;
  const auto trial = memory_latency_trial(bench.workspace, latency_point);
  for (std::uint64_t iterations : {1, 300, 7}) trial->run(iterations);
  EXPECT_NO_THROW(trial->verify());
}

}  // namespace
}  // namespace sextant::probes
