// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Inputs for an all-reduce of float32 whose sum is known exactly, whatever order the ranks are added in.
//
// Rank r puts a(i, e) + b(r) into element i for epoch e (one epoch per run), where
//   a(i, e) = (mix(i) + e) mod 256,   b(r) = 37 r mod 256.
// The sum over p ranks is p a(i, e) + B with B = sum of b(r). Every partial sum is a whole number of at most 765 p,
// which float32 holds exactly up to 2^24, hence max_ranks. Between epochs e and e+1 every element changes (by +1 or
// -255), so a result left over from the run before is wrong in every element.
//
// Within a run the first element also carries a token, the iteration j modulo 256, on every rank. Each call's result
// must then begin with p (a(0, e) + j mod 256) + B; adding those up over the run gives one whole number that misses its
// value as soon as one call of the run did not reduce. It costs one load and one add per call, inside the timed loop.
namespace sextant::net {

inline constexpr int max_ranks = 16384;  // 765 p < 2^24

struct Problem {
  int ranks = 0;
  std::uint64_t epoch = 0;
};

float input(const Problem& problem, int rank, std::size_t element);
float token(std::uint64_t iteration);

// The sum in `element` after the last of `iterations` calls (at least one).
float expected(const Problem& problem, std::size_t element, std::uint64_t iterations);

// The first elements of all `iterations` results, added up.
double expected_tokens(const Problem& problem, std::uint64_t iterations);

void fill_input(std::span<float> send, const Problem& problem, int rank);

// How many elements of the result are wrong after `iterations` calls; NaN counts as wrong.
std::size_t wrong_elements(std::span<const float> result, const Problem& problem, std::uint64_t iterations);

}  // namespace sextant::net
