// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace sextant::probes {

// Sum of the words modulo 2^64. Their number is a multiple of 8.
std::uint64_t sum_words(std::span<const std::uint64_t> words);

// Memory cut into granules of equal size. The words of a granule add up, modulo 2^64, to the number of the granule that
// is read next: nobody knows it before the whole granule has been read.
struct Granules {
  const std::uint64_t* words = nullptr;
  std::uint64_t words_each = 8;  // a multiple of 8
  std::uint64_t count = 0;

  std::uint64_t successor(std::uint64_t granule) const {
    const std::uint64_t sum = sum_words({words + granule * words_each, words_each});
    return sum < count ? sum : 0;  // what is broken must not lead out of the memory
  }
};

// Each chain stands at a granule, which is the next to be read. Lets each of them read `steps` granules, the chains taking
// turns granule by granule, so that a processor that looks ahead has one granule of each chain under way.
void gather(const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps);

}  // namespace sextant::probes
