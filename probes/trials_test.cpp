// SPDX-License-Identifier: Apache-2.0
#include "probes/trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <utility>
#include <vector>

#include "probes/kernels/spin_barrier.hpp"
#include "probes/probes.hpp"
#include "probes/test_bench.hpp"

namespace sextant::probes {
namespace {

// Runs the trial a few times with different iterations, as a launch does.
void run(Trial& trial) {
  for (std::uint64_t iterations : {1, 2, 5}) trial.run(iterations);
}

// Mutants: each kernel with one element wrong, one block skipped, or a stale read must fail verify().

const Point read_point{{"footprint", 65536.0}, {"threads", 1.0}};

void expect_caught(std::unique_ptr<Trial> trial) {
  run(*trial);
  EXPECT_THROW(trial->verify(), WrongAnswer);
}

void expect_sound(std::unique_ptr<Trial> trial) {
  run(*trial);
  EXPECT_NO_THROW(trial->verify());
}

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

const Point gemv_point{{"footprint", double(mebibyte)}, {"threads", 1.0}};

TEST(GemvMutant, OneElementWrong) {
  Bench bench;
  expect_caught(gemv_f32_trial(bench.workspace, gemv_point, [](auto weights, auto x, auto y) {
    gemv_f32(weights, x, y);
    y[5] += (weights[5 * x.size() + 9] - weights[5 * x.size() + 8]) * x[8];  // one weight taken from its neighbour
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [](auto rows, const Int8Vector& x, auto y) {
    gemv_int8(rows, x, y);
    y[5] += 0.25f;  // the smallest step there is
  }));
}

TEST(GemvMutant, OneBlockSkipped) {
  Bench bench;
  expect_caught(gemv_f32_trial(bench.workspace, gemv_point, [](auto weights, auto x, auto y) {
    gemv_f32(weights, x, y);
    for (std::size_t c = 64; c < 96; ++c) y[7] -= weights[7 * x.size() + c] * x[c];
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [](auto rows, const Int8Vector& x, auto y) {
    Int8Vector without = x;
    without.scales[17] = 0;
    gemv_int8(rows, without, y);
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [](auto rows, const Int8Vector& x, auto y) {
    const std::size_t row = int8_row_bytes(x.values.size());
    gemv_int8(rows.subspan(row), x, y.subspan(1));  // the first row is never written
  }));
}

TEST(GemvMutant, StaleRead) {
  Bench bench;
  auto stale = [previous = std::vector<float>()](std::span<float> y) mutable {
    if (previous.empty()) previous.assign(y.size(), 0.0f);
    std::swap_ranges(previous.begin(), previous.end(), y.begin());  // hands out the product before this one
  };
  expect_caught(gemv_f32_trial(bench.workspace, gemv_point, [stale](auto weights, auto x, auto y) mutable {
    gemv_f32(weights, x, y);
    stale(y);
  }));
  expect_caught(gemv_int8_trial(bench.workspace, gemv_point, [stale](auto rows, const Int8Vector& x, auto y) mutable {
    gemv_int8(rows, x, y);
    stale(y);
  }));
}

TEST(Gemv, FormatsAndThreadsShareTheArenaWithoutDisturbingEachOther) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (double footprint : {1.0 * mebibyte, 4.0 * mebibyte}) {
    for (double threads = 1; threads <= std::min<double>(2, double(bench.machine.processors.size())); ++threads) {
      const Point point{{"footprint", footprint}, {"threads", threads}};
      trials.push_back(gemv_f32_trial(bench.workspace, point));
      trials.push_back(gemv_int8_trial(bench.workspace, point));
    }
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& trial : trials) trial->run(3);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(Gemv, CountsWeightsAndScales) {
  Bench bench;
  const Work f32 = gemv_f32_trial(bench.workspace, gemv_point)->run(2);
  EXPECT_EQ(f32.bytes, 2.0 * 64 * 4096 * 4);
  EXPECT_EQ(f32.operations, 2.0 * 2 * 64 * 4096);
  const Work int8 = gemv_int8_trial(bench.workspace, gemv_point)->run(2);
  EXPECT_EQ(int8.bytes, 2.0 * 240 * (4096 + 256));
  EXPECT_EQ(int8.operations, 2.0 * 2 * 240 * 4096);
}

// A barrier that lets everybody through at the phases for which `leaks` is true. Before each such phase member 1 is
// held back until member 0 has gone past it, so that member 0 does pass early whatever the scheduler does.
class LeakyBarrier {
 public:
  explicit LeakyBarrier(std::function<bool(std::uint64_t phase)> leaks) : leaks_(std::move(leaks)) {}

  void operator()(int member) {
    const std::uint64_t phase = ++phases_[std::size_t(member)];
    if (!leaks_(phase)) barrier_.arrive_and_wait();
    if (member == 1 && leaks_(phase + 1)) {
      spin_until([&] { return phases_[0] > phase + 1; });
    }
  }

 private:
  std::function<bool(std::uint64_t)> leaks_;
  std::array<std::atomic<std::uint64_t>, 2> phases_{};
  SpinBarrier barrier_{2};
};

class BarrierMutant : public testing::Test {
 protected:
  void SetUp() override {
    if (bench.machine.processors.size() < 2) GTEST_SKIP() << "a barrier needs two processors";
  }
  // Two runs of 100 barriers; no leak may lie at the end of a run, where member 0 does not come back to release
  // member 1.
  void expect_caught_when(std::function<bool(std::uint64_t phase)> leaks) {
    LeakyBarrier barrier(std::move(leaks));
    const auto trial = barrier_trial(bench.workspace, 2, [&](int member) { barrier(member); });
    trial->run(100);
    trial->run(100);
    EXPECT_THROW(trial->verify(), WrongAnswer);
  }
  Bench bench;
};

TEST_F(BarrierMutant, OneBarrierLeaks) {
  expect_caught_when([](std::uint64_t phase) { return phase == 64; });
}

TEST_F(BarrierMutant, OneBlockSkipped) {
  expect_caught_when([](std::uint64_t phase) { return phase >= 110 && phase < 174; });
}

TEST_F(BarrierMutant, StalePhase) {  // each sees a phase that has long been opened and walks on
  expect_caught_when([](std::uint64_t phase) { return phase % 100 > 1 && phase % 100 < 99; });
}

TEST_F(BarrierMutant, NoLeakIsSound) {
  LeakyBarrier barrier([](std::uint64_t) { return false; });
  const auto trial = barrier_trial(bench.workspace, 2, [&](int member) { barrier(member); });
  run(*trial);
  EXPECT_NO_THROW(trial->verify());
}

TEST(Barrier, BothKindsHold) {
  Bench bench;
  if (bench.machine.processors.size() < 2) GTEST_SKIP() << "a barrier needs two processors";
  for (const char* kind : {"spin", "std"}) {
    const auto trial = sync_barrier().prepare(bench.workspace, {{"kind", kind}, {"threads", 2.0}});
    for (std::uint64_t iterations : {1, 1000, 63}) trial->run(iterations);
    EXPECT_NO_THROW(trial->verify()) << kind;
  }
}

void one_operation_wrong(Tally& mine, std::uint64_t sequence) { tally(mine, sequence == 5 ? sequence + 1 : sequence); }
void one_operation_skipped(Tally& mine, std::uint64_t sequence) {
  if (sequence != 5) tally(mine, sequence);
}
void previous_operation_again(Tally& mine, std::uint64_t sequence) { tally(mine, sequence > 1 ? sequence - 1 : 1); }

TEST(DispatchMutant, OneElementWrongOneSkippedOneStale) {
  Bench bench;
  for (const int threads : {1, int(std::min<std::size_t>(2, bench.machine.processors.size()))}) {
    expect_caught(dispatch_trial(bench.workspace, threads, one_operation_wrong));
    expect_caught(dispatch_trial(bench.workspace, threads, one_operation_skipped));
    expect_caught(dispatch_trial(bench.workspace, threads, previous_operation_again));
    expect_sound(dispatch_trial(bench.workspace, threads));
  }
}

Point pair_of(const Machine& machine) {
  return {{"first", double(machine.processors.front())}, {"second", double(machine.processors.back())}};
}

TEST(InterferenceMutant, OneElementWrong) {
  Bench bench;
  expect_caught(
      interference_trial(bench.workspace, pair_of(bench.machine), [](auto& products, auto factor, auto rounds) {
        multiply(products, factor, rounds);
        products[3] += 2;
      }));
}

TEST(InterferenceMutant, OneBlockSkipped) {
  Bench bench;
  expect_caught(
      interference_trial(bench.workspace, pair_of(bench.machine),
                         [](auto& products, auto factor, auto rounds) { multiply(products, factor, rounds - 1); }));
}

TEST(InterferenceMutant, OneChainSkipped) {
  Bench bench;
  expect_caught(
      interference_trial(bench.workspace, pair_of(bench.machine), [](auto& products, auto factor, auto rounds) {
        const auto kept = products.back();
        multiply(products, factor, rounds);
        products.back() = kept;
      }));
}

TEST(InterferenceMutant, StaleRead) {
  Bench bench;
  expect_caught(
      interference_trial(bench.workspace, pair_of(bench.machine), [](auto& products, auto factor, auto rounds) {
        Products anew = products;
        multiply(anew, factor, rounds);
        if (anew[0] % 16 > 2) products = anew;  // the products of the piece before, now and then
      }));
}

TEST(Interference, PairsAndProcessorsAloneMayTakeTurns) {
  Bench bench;
  std::vector<std::unique_ptr<Trial>> trials;
  for (double first : {bench.machine.processors.front(), bench.machine.processors.back()}) {
    for (double second : {bench.machine.processors.front(), bench.machine.processors.back()}) {
      trials.push_back(interference_trial(bench.workspace, {{"first", first}, {"second", second}}));
    }
  }
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& trial : trials) EXPECT_EQ(trial->run(3).operations, 3 * 10'000.0);
  }
  for (const auto& trial : trials) EXPECT_NO_THROW(trial->verify());
}

TEST(Interference, RefusesAProcessorThatIsNotOurs) {
  Bench bench;
  EXPECT_THROW(interference_trial(bench.workspace, {{"first", 0.0}, {"second", 99999.0}}), Unavailable);
  EXPECT_THROW(interference_trial(bench.workspace, {{"first", 0.5}, {"second", 0.0}}), Unavailable);
}

}  // namespace
}  // namespace sextant::probes
