// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/multiply.hpp"

namespace sextant::probes {

namespace {

// One scalar multiplication that can be neither left out nor joined with others in a vector.
inline void times(std::uint64_t& product, std::uint64_t factor) {
  product *= factor;
  asm volatile("" : "+r"(product));
}

}  // namespace

void multiply(Products& products, std::uint64_t factor, std::uint64_t rounds) {
  asm volatile("" : "+r"(factor));
  auto [a, b, c, d, e, f, g, h, i, j] = products;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    times(a, factor), times(b, factor), times(c, factor), times(d, factor), times(e, factor);
    times(f, factor), times(g, factor), times(h, factor), times(i, factor), times(j, factor);
  }
  products = {a, b, c, d, e, f, g, h, i, j};
}

}  // namespace sextant::probes
