// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "probes/memory/injector.hpp"
#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point at(const std::string& traffic, double load) { return {{"traffic", traffic}, {"load", load}}; }

class LoadedLatency : public testing::Test {
 protected:
  void SetUp() override {
    const Availability here = memory_loaded_latency().available(bench.machine);
    if (!here.ready) GTEST_SKIP() << here.reason;
  }

  std::unique_ptr<Trial> trial(const std::string& traffic, SumChunk sum, UpdateChunk update = update_words) {
    return memory_loaded_latency_trial(bench.workspace, at(traffic, 1), chase, std::move(sum), std::move(update));
  }

  Bench bench;
};

TEST_F(LoadedLatency, ArrivesAtEveryLoadAndCountsWhatWasInjected) {
  for (const char* traffic : {"read", "mixed"}) {
    for (const double load : {0., 0.5, 1.}) {
      const auto trial = memory_loaded_latency_trial(bench.workspace, at(traffic, load));
      // On a busy machine the other thread may not get a turn while the chaser's clock runs.
      double injected = 0;
      for (int repeat = 0; repeat < 2 || (load > 0 && injected == 0 && repeat < 500); ++repeat) {
        const Work work = trial->run(20);
        ASSERT_EQ(work.extras.size(), 1u);
        injected += work.extras[0];
      }
      EXPECT_EQ(injected > 0, load > 0) << traffic << load;
      EXPECT_NO_THROW(trial->verify()) << traffic << load;
    }
  }
}

TEST_F(LoadedLatency, PointsShareTheRingAndTheRegions) {
  std::vector<std::unique_ptr<Trial>> trials;
  for (const char* traffic : {"read", "mixed", "mixed", "read"}) {
    trials.push_back(memory_loaded_latency_trial(bench.workspace, at(traffic, 1)));
  }
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& trial : trials) trial->run(5);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST_F(LoadedLatency, AWrongChaserIsCaught) {
  expect_caught(memory_loaded_latency_trial(
      bench.workspace, at("read", 0), [](const Stop* stop, std::uint64_t loads) { return chase(stop, loads - 16); }));
}

TEST_F(LoadedLatency, AWrongSumIsCaught) {
  expect_caught(trial("read", [](std::span<const std::uint64_t> words) {
    return sum_words(words) - words[7] + words[8];  // one word wrong
  }));
  expect_caught(trial("read", [](std::span<const std::uint64_t> words) { return sum_words(words.subspan(64)); }));
  expect_caught(trial("read", [previous = std::uint64_t(0)](std::span<const std::uint64_t> words) mutable {
    return std::exchange(previous, sum_words(words));
  }));
}

TEST_F(LoadedLatency, AWrongUpdateIsCaught) {
  expect_caught(trial("mixed", sum_words, [](std::span<std::uint64_t> words) {
    const std::uint64_t sum = update_words(words);
    --words[100];  // one word not written
    return sum;
  }));
}

TEST_F(LoadedLatency, TrafficThatWritesNothingIsCaught) {
  expect_caught(trial("mixed", sum_words, [](std::span<std::uint64_t> words) { return sum_words(words); }));
}

TEST(MemoryLoadedLatency, OneProcessorIsUnavailableWithASentence) {
  Machine machine = machine_with(256 * mebibyte);
  machine.processors.resize(1);
  const Availability here = memory_loaded_latency().available(machine);
  EXPECT_FALSE(here.ready);
  EXPECT_FALSE(here.reason.empty());
  Workspace workspace(machine, {}, 1);
  EXPECT_THROW(memory_loaded_latency_trial(workspace, at("read", 0)), Unavailable);
}

TEST_F(LoadedLatency, RefusesOtherWords) {
  EXPECT_THROW(memory_loaded_latency_trial(bench.workspace, at("write", 0)), Unavailable);
  EXPECT_THROW(memory_loaded_latency_trial(bench.workspace, at("read", 1.5)), Unavailable);
  EXPECT_THROW(memory_loaded_latency_trial(bench.workspace, at("read", -0.5)), Unavailable);
}

// Rates without threads or clocks that could fail: the injector alone, stopped after a number of chunks.
TEST(Injector, GoesRoundItsRegionAndKeepsItSound) {
  std::vector<std::uint64_t> words(4 * Injector::chunk);
  Injector injector(words, 1);
  injector.fill_unless_filled();
  std::atomic<bool> stop = false;
  int left = 0;
  const UpdateChunk update = [&](std::span<std::uint64_t> chunk) {
    if (--left == 0) stop = true;
    return update_words(chunk);
  };
  const SumChunk sum = [&](std::span<const std::uint64_t> chunk) {
    if (--left == 0) stop = true;
    return sum_words(chunk);
  };
  for (const bool updates : {true, false, true}) {
    left = 6;
    stop = false;
    injector.run(stop, updates ? 0 : 1e-6, updates, sum, update);
  }
  EXPECT_EQ(injector.chunks(), 18u);
  EXPECT_TRUE(injector.sound());
  Injector second(words, 1);  // another trial on the same region
  second.fill_unless_filled();
  EXPECT_TRUE(second.sound());
  ++words[700];
  EXPECT_FALSE(second.sound());
}

}  // namespace
}  // namespace sextant::probes
