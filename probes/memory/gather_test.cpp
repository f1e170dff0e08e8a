// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "probes/memory/trials.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

Point at(double granularity, double chains, double threads = 1) {
  return {{"granularity", granularity}, {"chains", chains}, {"threads", threads}, {"footprint", 4194304.0}};
}

TEST(MemoryGather, EveryGranularityArrivesWithOneChainAndWithMany) {
  Bench bench;
  for (const double granularity : {64., 256., 4096., 18432., 65536.}) {
    for (const double chains : {1., 3.}) expect_sound(memory_gather_trial(bench.workspace, at(granularity, chains)));
  }
  expect_sound(memory_gather_trial(bench.workspace, at(64, 64)));
}

TEST(MemoryGather, AllThreadsShareTheGranules) {
  Bench bench;
  const double threads = double(bench.machine.processors.size());
  expect_sound(memory_gather_trial(bench.workspace, at(1024, 4, threads)));
}

TEST(MemoryGather, TrialsOfOneProbeDoNotDisturbEachOther) {
  Bench bench;
  const Probe probe = memory_gather();
  std::vector<std::unique_ptr<Trial>> trials;
  for (const double granularity : {64., 4096.}) {
    for (const double chains : {1., 4.}) trials.push_back(probe.prepare(bench.workspace, at(granularity, chains)));
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& trial : trials) trial->run(3);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(MemoryGatherMutant, OneWordWrong) {
  Bench bench;
  // The last word of each granule is read from the place before it.
  expect_caught(memory_gather_trial(
      bench.workspace, at(256, 2), [](const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) {
          for (std::uint64_t& chain : chains) {
            const std::uint64_t* words = granules.words + chain * granules.words_each;
            const std::uint64_t sum = sum_words({words, granules.words_each}) - words[31] + words[30];
            chain = sum < granules.count ? sum : 0;
          }
        }
      }));
}

TEST(MemoryGatherMutant, OneLineSkipped) {
  Bench bench;
  expect_caught(memory_gather_trial(
      bench.workspace, at(256, 1), [](const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) {
          const std::uint64_t sum = sum_words({granules.words + chains[0] * granules.words_each, 24});
          chains[0] = sum < granules.count ? sum : 0;
        }
      }));
}

TEST(MemoryGatherMutant, OneGranuleSkippedOrAllOfAPiece) {
  Bench bench;
  const auto skipping = [](std::uint64_t left) {
    return [left](const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps) {
      gather(granules, chains, left == 0 ? 0 : steps - left);
    };
  };
  expect_caught(memory_gather_trial(bench.workspace, at(64, 2), skipping(1)));
  expect_caught(memory_gather_trial(bench.workspace, at(64, 2), skipping(0)));
}

TEST(MemoryGatherMutant, StaleRead) {
  Bench bench;
  std::vector<std::uint64_t> previous;
  expect_caught(memory_gather_trial(
      bench.workspace, at(64, 2), [&](const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps) {
        gather(granules, chains, steps);
        const std::vector<std::uint64_t> arrived(chains.begin(), chains.end());
        if (!previous.empty()) std::copy(previous.begin(), previous.end(), chains.begin());
        previous = arrived;
      }));
}

TEST(MemoryGather, RefusesWhatItCannotMeasureWithASentence) {
  Bench bench;
  EXPECT_THROW(memory_gather_trial(bench.workspace, at(96, 1)), Unavailable);
  EXPECT_THROW(memory_gather_trial(bench.workspace, at(32, 1)), Unavailable);
  EXPECT_THROW(memory_gather_trial(bench.workspace, at(64, 0)), Unavailable);
  EXPECT_THROW(memory_gather_trial(bench.workspace, at(65536, 64)), Unavailable);
  EXPECT_THROW(memory_gather_trial(bench.workspace, at(64, 1, 100000)), Unavailable);
}

TEST(MemoryGather, AllItsFieldsFitIntoMemoryTogether) {
  for (const std::size_t gibibytes : {2, 24, 2000}) {
    const Machine machine = machine_with(gibibytes << 30);
    const Probe probe = memory_gather();
    std::set<std::pair<double, double>> fields;
    auto all = points(probe.axes(machine, false));
    for (const Point& point : probe.beside(machine, false)) all.push_back(point);
    for (const Point& point : all) fields.emplace(point.number("granularity"), point.number("footprint"));
    double bytes = 0;
    for (const auto& field : fields) bytes += field.second;
    EXPECT_EQ(fields.size(), 11u);
    EXPECT_LE(bytes, double(machine.available_memory) / 2);
  }
}

}  // namespace
}  // namespace sextant::probes
