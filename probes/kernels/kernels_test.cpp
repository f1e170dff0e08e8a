// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <random>
#include <set>
#include <string>
#include <thread>

#include "probes/kernels/canary.hpp"
#include "probes/kernels/chase.hpp"
#include "probes/kernels/fork_join.hpp"
#include "probes/kernels/multiply.hpp"
#include "probes/kernels/on_every_target.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/kernels/stream.hpp"

namespace sextant::probes {
namespace {

TEST(AddChain, AddsEveryTime) {
  for (std::uint64_t additions : {0u, 16u, 160u, 400'000u}) EXPECT_EQ(add_chain(7, 3, additions), 7 + 3 * additions);
  const std::uint64_t step = 0x9e3779b97f4a7c15u;
  EXPECT_EQ(add_chain(~std::uint64_t(0), step, 32), 32 * step - 1);  // modulo 2^64
}

TEST(FillMemory, WritesEveryWordAndNoOther) {
  on_every_target([] {
    for (std::size_t lines : {1, 2, 3, 1024}) {
      struct alignas(64) Line {
        std::uint64_t words[8];
      };
      std::vector<Line> memory(lines + 1);
      const std::span<std::uint64_t> words(memory[0].words, 8 * memory.size());
      for (std::uint64_t value : {std::uint64_t(1), ~std::uint64_t(0)}) {
        fill_memory(words.first(8 * lines), value);
        for (std::size_t i = 0; i < words.size(); ++i) ASSERT_EQ(words[i], i < 8 * lines ? value : 0) << i;
      }
    }
  });
}

TEST(Multiply, TakesEachProductToThePowerOfTheRounds) {
  Products products;
  for (std::size_t chain = 0; chain < multiply_chains; ++chain) products[chain] = chain + 1;
  multiply(products, 3, 0);
  multiply(products, 3, 2);
  multiply(products, 3, 38);
  std::uint64_t all = 1;
  for (int i = 0; i < 40; ++i) all *= 3;
  for (std::size_t chain = 0; chain < multiply_chains; ++chain) EXPECT_EQ(products[chain], (chain + 1) * all);
}

TEST(SumPasses, IsExactForEveryLength) {
  on_every_target([] {
    for (std::size_t count : {1, 2, 7, 63, 64, 65, 127, 1000}) {
      std::vector<std::uint64_t> words(count + 1);
      std::mt19937_64 random(count);
      for (auto& word : words) word = random();
      const auto before = words;
      std::uint64_t expected = 0;
      for (std::size_t i = 0; i < count; ++i) expected += 3 * words[i];
      expected += 1 + 2 + 3;  // what the passes add to the last word
      EXPECT_EQ(sum_passes({words.data(), count}, 3), expected) << count;
      EXPECT_EQ(words[count - 1], before[count - 1] + 3);
      EXPECT_EQ(words[count], before[count]);
    }
  });
  EXPECT_EQ(sum_passes({}, 5), 0u);
}

TEST(SimdTarget, NamesTheBestSetThatIsThere) {
  EXPECT_STREQ(simd_target(), hwy::TargetName(hwy::SupportedAndGeneratedTargets().front()));
}

TEST(Chase, WalksOneCycleThroughAllStops) {
  for (std::size_t count : {1, 2, 3, 255, 4096}) {
    std::vector<Stop> stops(count);
    const auto order = link_cycle(stops, 7);
    EXPECT_TRUE(is_one_cycle(stops));
    std::set<const Stop*> visited;
    const Stop* stop = &stops[order[0]];
    for (std::size_t i = 0; i < count; ++i, stop = stop->next) {
      EXPECT_EQ(stop, &stops[order[i]]);
      visited.insert(stop);
    }
    EXPECT_EQ(visited.size(), count);
    EXPECT_EQ(stop, &stops[order[0]]);
  }
}

TEST(Chase, SeesACycleThatIsBroken) {
  std::vector<Stop> stops(100);
  link_cycle(stops, 1);
  std::swap(stops[3].next, stops[70].next);  // two cycles now
  EXPECT_FALSE(is_one_cycle(stops));
}

TEST(Chase, TakesExactlyTheLoadsAskedFor) {
  std::vector<Stop> stops(101);
  const auto order = link_cycle(stops, 3);
  EXPECT_EQ(chase(&stops[order[5]], 160)->rank, (5 + 160) % 101u);
  const Stop* walks[] = {&stops[order[0]], &stops[order[50]]};
  chase_together(walks, 60);
  EXPECT_EQ(walks[0]->rank, 60u);
  EXPECT_EQ(walks[1]->rank, (50 + 60) % 101u);
}

TEST(Chase, OrderDependsOnTheSeedAlone) {
  std::vector<Stop> a(1000), b(1000), c(1000);
  EXPECT_EQ(link_cycle(a, 1), link_cycle(b, 1));
  EXPECT_NE(link_cycle(a, 1), link_cycle(c, 2));
}

TEST(SpinBarrier, LetsNobodyPassEarly) {
  constexpr int members = 3, phases = 300;
  SpinBarrier barrier(members);
  std::atomic<int> arrived = 0;
  std::atomic<int> early = 0;
  std::vector<std::thread> threads;
  for (int member = 0; member < members; ++member) {
    threads.emplace_back([&] {
      for (int phase = 1; phase <= phases; ++phase) {
        ++arrived;
        barrier.arrive_and_wait();
        if (arrived < members * phase) ++early;
        barrier.arrive_and_wait();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(early, 0);
}

TEST(ForkJoin, HandsEachOperationToEachMemberOnce) {
  constexpr int members = 3, operations = 300;
  ForkJoin fork_join(members);
  std::vector<int> executed(members);
  std::vector<std::thread> threads;
  for (int member = 1; member < members; ++member) threads.emplace_back([&, member] { fork_join.follow(member); });
  for (int operation = 1; operation <= operations; ++operation) {
    fork_join.dispatch([](void* state, int member) { ++(*static_cast<std::vector<int>*>(state))[std::size_t(member)]; },
                       &executed);
    ASSERT_EQ(executed, std::vector<int>(members, operation));
  }
  fork_join.close();
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace sextant::probes
