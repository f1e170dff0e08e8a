// SPDX-License-Identifier: Apache-2.0
#include "net/exact_sum.hpp"

namespace sextant::net {
namespace {

constexpr std::uint64_t period = 256;

std::uint64_t shared_part(const Problem& problem, std::size_t element) {
  // Fibonacci hashing spreads neighbours, so that a block copied to the wrong place is seen.
  const std::uint64_t mixed = (std::uint64_t(element) * 0x9e3779b97f4a7c15u) >> 56;
  return (mixed + problem.epoch) % period;
}

std::uint64_t rank_part(int rank) { return (37u * std::uint64_t(rank)) % period; }

std::uint64_t sum_of_rank_parts(int ranks) {
  std::uint64_t sum = 0;
  for (int rank = 0; rank < ranks; ++rank) sum += rank_part(rank);
  return sum;
}

}  // namespace

float input(const Problem& problem, int rank, std::size_t element) {
  return float(shared_part(problem, element) + rank_part(rank));
}

float token(std::uint64_t iteration) { return float(iteration % period); }

float expected(const Problem& problem, std::size_t element, std::uint64_t iterations) {
  const std::uint64_t last_token = element == 0 ? (iterations - 1) % period : 0;
  return float(std::uint64_t(problem.ranks) * (shared_part(problem, element) + last_token) +
               sum_of_rank_parts(problem.ranks));
}

double expected_tokens(const Problem& problem, std::uint64_t iterations) {
  const std::uint64_t rest = iterations % period;
  const std::uint64_t tokens = (iterations / period) * (period * (period - 1) / 2) + rest * (rest - (rest > 0)) / 2;
  const std::uint64_t constant =
      std::uint64_t(problem.ranks) * shared_part(problem, 0) + sum_of_rank_parts(problem.ranks);
  return double(iterations * constant + std::uint64_t(problem.ranks) * tokens);
}

void fill_input(std::span<float> send, const Problem& problem, int rank) {
  for (std::size_t i = 0; i < send.size(); ++i) send[i] = input(problem, rank, i);
}

std::size_t wrong_elements(std::span<const float> result, const Problem& problem, std::uint64_t iterations) {
  if (result.empty()) return 0;
  const std::uint64_t constant = sum_of_rank_parts(problem.ranks);
  std::size_t wrong = result[0] == expected(problem, 0, iterations) ? 0 : 1;
  for (std::size_t i = 1; i < result.size(); ++i) {
    const float right = float(std::uint64_t(problem.ranks) * shared_part(problem, i) + constant);
    wrong += result[i] == right ? 0 : 1;
  }
  return wrong;
}

}  // namespace sextant::net
