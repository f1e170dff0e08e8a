// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/gather.hpp"

#include <array>
#include <cstddef>

namespace sextant::probes {

// Eight sums, so that no addition waits for the one before it. Compilers make vectors of the baseline of them, which read
// from memory as fast as wide ones do: a line of 64 bytes in two cycles.
std::uint64_t sum_words(std::span<const std::uint64_t> words) {
  std::array<std::uint64_t, 8> sums{};
  for (std::size_t i = 0; i < words.size(); i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += words[i + lane];
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

void gather(const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps) {
  for (std::uint64_t step = 0; step < steps; ++step) {
    for (std::uint64_t& chain : chains) chain = granules.successor(chain);
  }
}

}  // namespace sextant::probes
