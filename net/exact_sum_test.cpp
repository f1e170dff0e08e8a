// SPDX-License-Identifier: Apache-2.0
#include "net/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace sextant::net {
namespace {

// What `iterations` correct all-reduces leave behind, added in the given order of ranks; the tokens' sum into `tokens`.
std::vector<float> reduce(const Problem& problem, std::size_t count, std::uint64_t iterations, bool backwards,
                          double* tokens = nullptr) {
  std::vector<float> result(count);
  for (std::uint64_t j = 0; j < iterations; ++j) {
    std::fill(result.begin(), result.end(), 0.0F);
    for (int k = 0; k < problem.ranks; ++k) {
      const int rank = backwards ? problem.ranks - 1 - k : k;
      std::vector<float> send(count);
      fill_input(send, problem, rank);
      send[0] += token(j);
      for (std::size_t i = 0; i < count; ++i) result[i] += send[i];
    }
    if (tokens) *tokens += double(result[0]);
  }
  return result;
}

TEST(ExactSum, AgreesWithAddingTheRanksInAnyOrder) {
  for (int ranks : {1, 2, 3, 7, 64}) {
    for (std::uint64_t iterations : {1u, 2u, 5u}) {
      const Problem problem{ranks, 41};
      EXPECT_EQ(wrong_elements(reduce(problem, 500, iterations, false), problem, iterations), 0u);
      EXPECT_EQ(wrong_elements(reduce(problem, 500, iterations, true), problem, iterations), 0u);
    }
  }
}

TEST(ExactSum, TokensAddUpToTheClosedForm) {
  for (std::uint64_t iterations : {1u, 2u, 255u, 256u, 257u, 700u}) {
    const Problem problem{3, 9};
    double tokens = 0;
    reduce(problem, 2, iterations, false, &tokens);
    EXPECT_EQ(tokens, expected_tokens(problem, iterations)) << iterations;
  }
}

TEST(ExactSum, OneWrongElementIsSeen) {
  const Problem problem{2, 5};
  std::vector<float> result = reduce(problem, 100, 3, false);
  for (std::size_t i : {std::size_t{0}, std::size_t{57}, std::size_t{99}}) {
    std::vector<float> wrong = result;
    wrong[i] += 1;
    EXPECT_EQ(wrong_elements(wrong, problem, 3), 1u);
    wrong[i] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(wrong_elements(wrong, problem, 3), 1u);
  }
}

TEST(ExactSum, TheResultOfTheRunBeforeIsWrongEverywhere) {
  const std::vector<float> before = reduce({2, 255}, 1000, 1, false);
  EXPECT_EQ(wrong_elements(before, {2, 256}, 1), 1000u);
}

TEST(ExactSum, OwnInputAloneIsWrongEverywhere) {
  const Problem problem{2, 5};
  std::vector<float> send(1000);
  fill_input(send, problem, 0);
  EXPECT_GE(wrong_elements(send, problem, 1), 990u);  // a + b(0) = 2 a + B only where a happens to be 256 - 37
}

TEST(ExactSum, ABlockFromElsewhereIsSeen) {
  const Problem problem{2, 5};
  std::vector<float> result = reduce(problem, 1000, 1, false);
  std::copy_n(result.begin() + 100, 100, result.begin() + 300);
  EXPECT_GE(wrong_elements(result, problem, 1), 50u);
}

TEST(ExactSum, LargestPartialSumIsExactInFloat) { EXPECT_LT(765.0 * max_ranks, double(1 << 24)); }

}  // namespace
}  // namespace sextant::net
