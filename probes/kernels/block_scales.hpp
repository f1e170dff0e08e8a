// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

// For the loops over int8 and int4 in AVX-512.
namespace sextant::probes {

inline constexpr std::size_t scale_group = 16;  // blocks whose scales are converted together

// The scales of up to `scale_group` blocks of one row, in float32. Gathered by scalar instructions, four to a word: vector
// inserts made int4 three times slower, and gather instructions are slow where they have been made safe.
template <std::size_t block_bytes>
[[gnu::target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")]] inline __m512 scales_of(const std::byte* blocks,
                                                                                   std::size_t count) {
  std::array<std::uint64_t, scale_group / 4> words{};
  const auto half = [blocks](std::size_t i) {
    std::uint16_t bits;
    std::memcpy(&bits, blocks + i * block_bytes, sizeof bits);
    asm("" : "+r"(bits));  // or the compiler makes vector inserts of it
    return std::uint64_t(bits);
  };
  if (count == scale_group) {
    for (std::size_t w = 0; w < words.size(); ++w)
      words[w] = half(4 * w) | half(4 * w + 1) << 16 | half(4 * w + 2) << 32 | half(4 * w + 3) << 48;
  } else {
    for (std::size_t i = 0; i < count; ++i) words[i / 4] |= half(i) << i % 4 * 16;
  }
  const auto as = [&words](std::size_t w) { return static_cast<long long>(words[w]); };
  const auto halves = _mm256_setr_epi64x(as(0), as(1), as(2), as(3));
  // With a mask, though all lanes are wanted: GCC 12 warns of its own unmasked form.
  return _mm512_maskz_cvtph_ps(0xffff, halves);
}

}  // namespace sextant::probes
#endif
