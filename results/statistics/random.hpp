// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sextant::results {

// Steele, Lea and Flood's splitmix64: three lines in any language, so that whoever reads a data set can draw the same
// resamples as we did. Good enough for resampling, not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // One of 0 ... count-1. The upper half of the word, scaled: for count below 2^32 no value is favoured by more than
  // 2^-32 of its share.
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(((next() >> 32) * count) >> 32); }

 private:
  std::uint64_t state_;
};

}  // namespace sextant::results
