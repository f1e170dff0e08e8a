// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "gpu/host_device.hpp"

// The bodies of the read kernel and of the kernel that fills its buffer, for one thread of many. Threads share nothing,
// so a plain loop over the threads is the same computation on the CPU.
namespace sextant::gpu {

// What one load brings: 16 bytes, the widest a thread can ask for.
struct alignas(16) Quad {
  std::uint32_t x, y, z, w;
};

// The word at position i of the buffer: a bijective mix (Stafford's variant of the MurmurHash3 finaliser on 32 bits, as
// published by Mueller's "hash-prospector"), so that any two blocks of the buffer have different sums.
SEXTANT_HOST_DEVICE constexpr std::uint32_t word(std::uint32_t i) {
  i ^= i >> 16;
  i *= 0x7feb352du;
  i ^= i >> 15;
  i *= 0x846ca68bu;
  i ^= i >> 16;
  return i;
}

SEXTANT_HOST_DEVICE constexpr Quad quad(std::size_t i) {
  const std::uint32_t first = std::uint32_t(4 * i);
  return {word(first), word(first + 1), word(first + 2), word(first + 3)};
}

SEXTANT_HOST_DEVICE constexpr std::uint32_t sum(const Quad& q) { return q.x + q.y + q.z + q.w; }

SEXTANT_HOST_DEVICE inline void fill_body(Quad* data, std::size_t count, std::size_t thread, std::size_t threads) {
  for (std::size_t i = thread; i < count; i += threads) data[i] = quad(i);
}

// Between two passes the sum so far is multiplied by this odd number, so that the result tells how many passes were
// made and no compiler can replace the passes by one.
inline constexpr std::uint32_t pass_factor = 31;

// Loads in flight per thread: enough independent ones to cover the latency of memory at full occupancy.
inline constexpr int loads_in_flight = 8;

// Reads the buffer `passes` times, this thread taking every `threads`-th quad, and returns the thread's sum, modulo
// 2^32:
//   partial = s (1 + f + f^2 + ... + f^(passes-1)),   s = sum of the thread's words, f = pass_factor.
// `load(pointer)` is how a quad is fetched.
template <class Load>
SEXTANT_HOST_DEVICE std::uint32_t read_body(const Quad* data, std::size_t count, std::uint64_t passes,
                                            std::size_t thread, std::size_t threads, Load load) {
  std::uint32_t total = 0;
  for (std::uint64_t pass = 0; pass < passes; ++pass) {
    std::uint32_t seen = 0;
    std::size_t i = thread;
    for (; i + (loads_in_flight - 1) * threads < count; i += loads_in_flight * threads) {
      Quad batch[loads_in_flight];
      for (int k = 0; k < loads_in_flight; ++k) batch[k] = load(data + i + std::size_t(k) * threads);
      for (int k = 0; k < loads_in_flight; ++k) seen += sum(batch[k]);
    }
    for (; i < count; i += threads) seen += sum(load(data + i));
    total = total * pass_factor + seen;
  }
  return total;
}

}  // namespace sextant::gpu
