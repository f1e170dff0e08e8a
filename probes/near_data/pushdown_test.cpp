// SPDX-License-Identifier: Apache-2.0
#include "probes/near_data/pushdown.hpp"

#include <algorithm>
#include <string>

#include "probes/probes.hpp"
#include "probes/trial_checks.hpp"

namespace sextant::probes {
namespace {

constexpr std::size_t footprint = 256 << 10;

class PushdownOf : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (bench.machine.processors.size() < 2) GTEST_SKIP() << "an owner and an asker need two processors";
  }
  Point point(const char* method, double selectivity = 1) const {
    return {
        {"operation", GetParam()}, {"method", method}, {"footprint", double(footprint)}, {"selectivity", selectivity}};
  }
  std::unique_ptr<Trial> trial(const char* method, const PushdownKernels& kernels = {}) {
    return pushdown_trial(bench.workspace, point(method), kernels);
  }
  Bench bench;
  const Reduction right = reduction(GetParam(), footprint, 1);
};

TEST_P(PushdownOf, BothMethodsAreSoundAndMayTakeTurns) {
  const auto in_place = trial("in_place"), move = trial("move");
  for (const std::uint64_t iterations : {1, 2, 5}) {
    in_place->run(iterations);
    move->run(iterations);
  }
  EXPECT_NO_THROW(in_place->verify());
  EXPECT_NO_THROW(move->verify());
}

TEST_P(PushdownOf, MovingMovesTheDataAndReducingInPlaceTheAnswer) {
  const double all = trial("move")->run(2).extras.at(0), answer = trial("in_place")->run(2).extras.at(0);
  EXPECT_EQ(all, double(footprint));
  const std::string operation = GetParam();
  const double expected = operation == "dot"      ? 8
                          : operation == "top_k"  ? 32 * 4
                          : operation == "filter" ? footprint
                          : operation == "lookup" ? footprint / 512 * 4 + footprint / 64
                                                  : 128 + 8;
  EXPECT_EQ(answer, expected);
}

TEST_P(PushdownOf, EachTurnHasAnotherAnswer) {
  for (const std::size_t bytes : {1 << 18, 1 << 22}) {
    const Question question = reduction(GetParam(), bytes, 1).question;
    EXPECT_NE(plain_answer(GetParam(), bytes, question, 0), plain_answer(GetParam(), bytes, question, 1)) << bytes;
  }
}

TEST_P(PushdownOf, AWrongWordOfAnAnswerIsCaught) {
  const Reduce wrong = [this](auto data, const Question& question, auto answer) {
    const std::size_t words = right.reduce(data, question, answer);
    ++answer[words - 1];
    return words;
  };
  expect_caught(trial("in_place", {.reduce = wrong}));
  expect_caught(trial("move", {.reduce = wrong}));
}

TEST_P(PushdownOf, AnAnswerOfTheTurnBeforeIsCaught) {
  std::vector<std::uint32_t> before(right.most_words);
  const Reduce stale = [&](auto data, const Question& question, auto answer) {
    std::vector<std::uint32_t> now(right.most_words);
    const std::size_t words = right.reduce(data, question, now);
    std::copy_n(before.begin(), words, answer.begin());
    before = now;
    return words;
  };
  expect_caught(trial("in_place", {.reduce = stale}));
}

TEST_P(PushdownOf, AMoveThatLeavesTheCopyAsItWasIsCaught) {
  int moves = 0;
  const Move stale = [&](auto data, const Question& question, auto copy) {
    if (++moves == 1) right.move(data, question, copy);
  };
  expect_caught(trial("move", {.move = stale}));
}

INSTANTIATE_TEST_SUITE_P(NearData, PushdownOf, testing::Values("dot", "top_k", "filter", "lookup", "distance"),
                         [](const auto& operation) { return std::string(operation.param); });

class Pushdown : public testing::Test {
 protected:
  void SetUp() override {
    if (bench.machine.processors.size() < 2) GTEST_SKIP() << "an owner and an asker need two processors";
  }
  std::unique_ptr<Trial> trial(const char* operation, const char* method, double bytes, double selectivity,
                               const PushdownKernels& kernels = {}) {
    return pushdown_trial(
        bench.workspace,
        {{"operation", operation}, {"method", method}, {"footprint", bytes}, {"selectivity", selectivity}}, kernels);
  }
  Bench bench;
};

TEST_F(Pushdown, ABlockLeftOutIsCaught) {
  const std::size_t half = footprint / 2;
  for (const char* operation : {"dot", "filter"}) {
    const Reduction right = reduction(operation, footprint, 1);
    expect_caught(
        trial(operation, "in_place", footprint, 1, {.reduce = [&](auto data, const Question& question, auto answer) {
                return right.reduce(data.first(half), question, answer);
              }}));
  }
  const Reduction lookup = reduction("lookup", footprint, 1);
  expect_caught(trial("lookup", "move", footprint, 1, {.move = [&](auto data, Question question, auto copy) {
                        question.rows.resize(question.rows.size() - 1);
                        lookup.move(data, question, copy);
                      }}));
}

TEST_F(Pushdown, ASelectiveFilterMovesLess) {
  const auto selective = trial("filter", "in_place", footprint, 0x1p-6);
  const double moved = selective->run(4).extras.at(0);
  EXPECT_NEAR(moved, footprint / 64, footprint / 64 / 4) << "a share of 1/64 of words that are as good as random";
  selective->run(3);
  EXPECT_NO_THROW(selective->verify());
}

TEST_F(Pushdown, SaysWhatItCannotDo) {
  EXPECT_THROW(trial("sort", "move", footprint, 1), Unavailable);
  EXPECT_THROW(trial("dot", "beam", footprint, 1), Unavailable);
  EXPECT_THROW(trial("dot", "move", 100, 1), Unavailable);
  EXPECT_THROW(trial("dot", "move", footprint, 0.5), Unavailable);
  EXPECT_THROW(trial("filter", "move", footprint, 0), Unavailable);
  EXPECT_THROW(trial("filter", "move", footprint, 2), Unavailable);
  EXPECT_THROW(trial("dot", "move", 0x1p30, 1), Unavailable) << "more than the memory of the test";
}

TEST(PushdownAxes, PairRowsOfBothMethodsAndFilterBySelectivity) {
  const Machine machine = machine_with(std::size_t(8) << 30);
  const Probe probe = near_data_pushdown();
  EXPECT_EQ(points(probe.axes(machine, true)).size(), 4u);
  EXPECT_TRUE(probe.beside(machine, true).empty());
  EXPECT_EQ(points(probe.axes(machine, false)).size(), 5u * 2 * 3);
  for (const Point& point : probe.beside(machine, false)) {
    EXPECT_EQ(point.word("operation"), "filter");
    EXPECT_LT(point.number("selectivity"), 1);
  }
}

}  // namespace
}  // namespace sextant::probes
