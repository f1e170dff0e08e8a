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
