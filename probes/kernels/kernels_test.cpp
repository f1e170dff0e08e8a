// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cmath>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "probes/kernels/canary.hpp"
#include "probes/kernels/chase.hpp"
#include "probes/kernels/fork_join.hpp"
#include "probes/kernels/gemv.hpp"
#include "probes/kernels/multiply.hpp"
#include "probes/kernels/spin_barrier.hpp"
#include "probes/kernels/stream.hpp"

namespace sextant::probes {
namespace {

// Runs the check once for every instruction set this machine has, not only for the one that would be picked.
template <class Check>
void on_every_target(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    check();
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
}

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

TEST(GemvF32, AgreesWithAScalarProductInDoublePrecision) {
  on_every_target([] {
    for (std::size_t rows : {1, 3, 4, 5, 8}) {
      const std::size_t columns = 192;
      std::mt19937_64 random(rows);
      std::normal_distribution<float> normal;
      std::vector<float> weights(rows * columns), x(columns), y(rows, -1);
      for (float& value : weights) value = normal(random);
      for (float& value : x) value = normal(random);
      gemv_f32(weights, x, y);
      for (std::size_t r = 0; r < rows; ++r) {
        double sum = 0, magnitude = 0;
        for (std::size_t c = 0; c < columns; ++c) {
          sum += double(weights[r * columns + c]) * x[c];
          magnitude += std::abs(double(weights[r * columns + c]) * x[c]);
        }
        // Higham, Accuracy and Stability of Numerical Algorithms, (3.5): n u |w|.|x|, whatever the order of addition.
        EXPECT_NEAR(y[r], sum, double(columns) * 0x1p-24 * magnitude);
      }
    }
  });
}

TEST(GemvInt8, AgreesWithTheQuantisedNumbers) {
  on_every_target([] {
    const std::size_t rows = 3, columns = 2048, blocks = columns / int8_block;
    std::mt19937_64 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> x(columns), y(rows, -1);
    for (float& value : x) value = normal(random);
    const Int8Vector quantised = quantise(x);
    std::vector<std::byte> bytes(rows * int8_row_bytes(columns));
    std::vector<double> expected(rows), magnitude(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      std::byte* row = bytes.data() + r * int8_row_bytes(columns);
      for (std::size_t b = 0; b < blocks; ++b) {
        // A float16 with all bits of its fraction in use: 2^-4 times 1 + fraction / 1024.
        const auto fraction = std::uint16_t(random() % 1024);
        const auto bits = std::uint16_t(11 << 10 | fraction);
        const double scale = 0x1p-4 * (1 + fraction / 1024.0);
        std::memcpy(row + columns + 2 * b, &bits, sizeof bits);
        for (std::size_t c = b * int8_block; c < (b + 1) * int8_block; ++c) {
          const auto weight = std::int8_t(int(random() % 256) - 128);
          row[c] = std::byte(weight);
          const double product = scale * weight * quantised.values[c] * double(quantised.scales[b]);
          expected[r] += product;
          magnitude[r] += std::abs(product);
        }
      }
    }
    gemv_int8(bytes, quantised, y);
    for (std::size_t r = 0; r < rows; ++r) EXPECT_NEAR(y[r], expected[r], double(blocks) * 0x1p-23 * magnitude[r]);
  });
}

TEST(GemvInt8, HoldsTheGreatestProducts) {
  on_every_target([] {
    const std::size_t columns = 1024;
    std::vector<std::byte> row(int8_row_bytes(columns));
    for (std::size_t c = 0; c < columns; ++c) row[c] = std::byte(std::int8_t(-128));
    for (std::size_t b = 0; b < columns / int8_block; ++b) {
      const std::uint16_t one = 0x3c00;
      std::memcpy(row.data() + columns + 2 * b, &one, sizeof one);
    }
    const Int8Vector x = quantise(std::vector<float>(columns, 127.0f));
    std::vector<float> y(1);
    gemv_int8(row, x, y);
    EXPECT_EQ(y[0], -128.0f * 127.0f * 1024.0f);
  });
}

TEST(Gemv, RefusesSizesThatDoNotFit) {
  std::vector<float> x(64), y(2), weights(64);
  EXPECT_THROW(gemv_f32(weights, x, y), std::invalid_argument);
  EXPECT_THROW(gemv_int8({}, quantise(x), y), std::invalid_argument);
}

TEST(Quantise, KeepsWithinHalfAStepAndHandlesZero) {
  std::vector<float> x(64);
  for (std::size_t i = 0; i < 32; ++i) x[i] = std::sin(float(i));
  const Int8Vector quantised = quantise(x);
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_NEAR(float(quantised.values[i]) * quantised.scales[0], x[i], quantised.scales[0] * 0.5001f);
  }
  for (std::size_t i = 32; i < 64; ++i) EXPECT_EQ(quantised.values[i], 0);
  EXPECT_THROW(quantise(std::vector<float>(33)), std::invalid_argument);
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
