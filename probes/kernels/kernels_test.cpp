// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <map>
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

TEST(SimdTarget, NamesTheBestSetThatIsThere) {
  EXPECT_STREQ(simd_target(), hwy::TargetName(hwy::SupportedAndGeneratedTargets().front()));
}

TEST(Permutation, IsABijectionAndKnowsItsInverse) {
  for (const std::uint64_t size : {1, 2, 3, 7, 100, 255, 256, 257, 65536}) {
    const Permutation permutation(size, 5);
    std::vector<bool> taken(size);
    for (std::uint64_t x = 0; x < size; ++x) {
      const std::uint64_t y = permutation(x);
      ASSERT_LT(y, size);
      EXPECT_FALSE(taken[y]);
      taken[y] = true;
      EXPECT_EQ(permutation.inverse(y), x);
    }
  }
}

// What a prefetcher could learn: a step that comes often, a step to the line beside, a step within the page.
TEST(CycleOrder, HasNoStepThatAPrefetcherCouldGuess) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    constexpr std::uint64_t places = 1 << 16, page = 64;
    const CycleOrder order(places, seed);
    std::map<std::uint64_t, int> steps;
    int within_page = 0;
    for (std::uint64_t rank = 0; rank + 1 < order.length(); ++rank) {
      ++steps[order.next(rank) - order[rank]];
      within_page += order.next(rank) / page == order[rank] / page;
    }
    const auto usual =
        std::max_element(steps.begin(), steps.end(), [](auto& a, auto& b) { return a.second < b.second; });
    EXPECT_LE(usual->second, 24) << usual->first;               // of 65534; chance gives about 8
    EXPECT_LE(within_page, 3 * int(places / (places / page)));  // one place in 1024 lies in the page: 64 by chance
  }
}

TEST(CycleOrder, StaysInAWindowAndVisitsItInRounds) {
  constexpr std::uint64_t window = 64, windows = 10, rounds = 4, visits = window / rounds;
  const CycleOrder order(window * windows, window, rounds, 4);
  ASSERT_EQ(order.length(), window * windows - 1);
  std::set<std::uint64_t> seen;
  std::set<std::vector<std::uint64_t>> orders;  // within a window
  for (std::uint64_t begin = 0; begin < order.places(); begin += visits) {
    std::vector<std::uint64_t> within;
    for (std::uint64_t rank = begin; rank < begin + visits; ++rank) {
      EXPECT_EQ(order.rank_of(order[rank]), rank);
      EXPECT_EQ(order[rank] / window, order[begin] / window);
      EXPECT_EQ(order[rank] % rounds, order[begin] % rounds);
      EXPECT_EQ(order[rank] % 2, rank < order.places() / 2 ? 0u : 1u);  // of a pair one half a trip later
      seen.insert(order[rank]);
      within.push_back(order[rank] % window / rounds);
    }
    orders.insert(within);
  }
  EXPECT_EQ(seen.size(), order.places());
  EXPECT_GT(orders.size(), windows / 2);
}

TEST(CycleOrder, RefusesWindowsThatDoNotFit) {
  EXPECT_THROW(CycleOrder(100, 64, 8, 1), std::invalid_argument);
  EXPECT_THROW(CycleOrder(96, 48, 8, 1), std::invalid_argument);
  EXPECT_THROW(CycleOrder(64, 64, 64, 1), std::invalid_argument);
  EXPECT_THROW(CycleOrder(64, 64, 1, 1), std::invalid_argument);
  EXPECT_THROW(CycleOrder(0, 64, 8, 1), std::invalid_argument);
}

TEST(Chase, WalksOneCycleThroughAllStopsButTheOneLeftOut) {
  for (std::size_t count : {1, 2, 3, 255, 4096}) {
    std::vector<Stop> stops(count);
    const CycleOrder order = link_cycle(stops, 7);
    EXPECT_TRUE(is_cycle(stops, order));
    std::set<const Stop*> visited;
    const Stop* stop = &stops[order[0]];
    for (std::size_t i = 0; i < order.length(); ++i, stop = stop->next) {
      EXPECT_EQ(stop, &stops[order[i]]);
      EXPECT_EQ(stop->rank, i);
      visited.insert(stop);
    }
    EXPECT_EQ(visited.size(), count % 2 ? count : count - 1);
    EXPECT_EQ(stop, &stops[order[0]]);
  }
}

TEST(Chase, SeesACycleThatIsBroken) {
  std::vector<Stop> stops(100);
  const CycleOrder order = link_cycle(stops, 1);
  std::swap(stops[order[3]].next, stops[order[70]].next);  // two cycles now
  EXPECT_FALSE(is_cycle(stops, order));
  link_cycle(stops, order);
  ++stops[order[5]].rank;
  EXPECT_FALSE(is_cycle(stops, order));
  EXPECT_FALSE(is_cycle(std::span(stops).first(99), order));
}

TEST(Chase, TakesExactlyTheLoadsAskedFor) {
  std::vector<Stop> stops(101);
  const CycleOrder order = link_cycle(stops, 3);
  EXPECT_EQ(chase(&stops[order[5]], 160)->rank, (5 + 160) % 101u);
  const Stop* walks[] = {&stops[order[0]], &stops[order[50]]};
  chase_together(walks, 60);
  EXPECT_EQ(walks[0]->rank, 60u);
  EXPECT_EQ(walks[1]->rank, (50 + 60) % 101u);
}

TEST(Chase, OrderDependsOnTheSeedAlone) {
  const CycleOrder a(1000, 1), b(1000, 1), c(1000, 2);
  int differ = 0;
  for (std::uint64_t rank = 0; rank < 999; ++rank) {
    EXPECT_EQ(a[rank], b[rank]);
    differ += a[rank] != c[rank];
  }
  EXPECT_GT(differ, 900);
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

TEST(Rally, BringsTheLineBackOnceATrip) {
  // Where the other thread gets no processor in time it is given up: again.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    Rally rally;
    std::uint64_t answered = 0;
    bool played = true;
    std::thread other([&] { answered = rally.answer(); });
    for (const std::uint64_t trips : {1u, 5u, 2u}) played = played && rally.serve(trips);
    rally.close();
    other.join();
    EXPECT_LE(answered, 8u);
    if (!played) continue;
    EXPECT_EQ(answered, 8u);
    return;
  }
}

TEST(Rally, IsGivenUpWhenNobodyAnswers) {
  Rally rally;
  EXPECT_FALSE(rally.serve(1));
  EXPECT_FALSE(rally.serve(1));
  EXPECT_EQ(rally.answer(), 0u);  // too late, and does not wait
  rally.open();
  std::thread other([&] { rally.answer(); });
  rally.serve(1);
  rally.close();
  other.join();
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
