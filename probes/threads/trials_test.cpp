// SPDX-License-Identifier: Apache-2.0
#include "probes/threads/trials.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "probes/kernels/spin_barrier.hpp"
#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

// Mutants: each kernel with one element wrong, one block skipped, or a stale read must fail verify().

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

TEST(Barrier, EveryKindHolds) {
  Bench bench;
  if (bench.machine.processors.size() < 2) GTEST_SKIP() << "a barrier needs two processors";
  for (const char* kind : {"spin", "dissemination", "std"}) {
    const auto trial = sync_barrier().prepare(bench.workspace, {{"kind", kind}, {"threads", 2.0}});
    for (std::uint64_t iterations : {1, 1000, 63}) trial->run(iterations);
    EXPECT_NO_THROW(trial->verify()) << kind;
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
