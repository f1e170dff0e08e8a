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

// Where the scales of a group lie among its bytes: for each 64 of them, which of the 32 words are the scales of which blocks.
template <std::size_t block_bytes>
struct ScalePlaces {
  static constexpr std::size_t loads = (scale_group * block_bytes + 63) / 64;
  std::array<std::array<std::uint16_t, 32>, loads> words{};
  std::array<std::uint32_t, loads> masks{};

  constexpr ScalePlaces() {
    for (std::size_t i = 0; i < scale_group; ++i) {
      const std::size_t place = i * block_bytes;
      words[place / 64][i] = std::uint16_t(place % 64 / 2);
      masks[place / 64] |= 1u << i;
    }
  }
};

// The words of a group that are scales, side by side; it has `bytes` bytes.
template <std::size_t block_bytes>
[[gnu::target("avx2,fma,f16c,avx512f,avx512bw,avx512vl"), gnu::always_inline]] inline __m512i pick_scales(
    const std::byte* blocks, std::size_t bytes) {
  static constexpr ScalePlaces<block_bytes> places;
  __m512i picked = _mm512_setzero_si512();
  for (std::size_t load = 0; load < places.loads && load * 64 < bytes; ++load) {
    const std::size_t left = bytes - load * 64;
    const auto there = __mmask64(left < 64 ? (std::uint64_t(1) << left) - 1 : ~std::uint64_t(0));
    picked = _mm512_mask_permutexvar_epi16(picked, places.masks[load], _mm512_loadu_si512(places.words[load].data()),
                                           _mm512_maskz_loadu_epi8(there, blocks + load * 64));
  }
  return picked;
}

// The scales of up to `scale_group` blocks of one row, in float32. They are picked out of the vectors that hold the blocks:
// loaded one by one they would cost as many instructions as the products of int4.
template <std::size_t block_bytes>
[[gnu::target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")]] inline __m512 scales_of(const std::byte* blocks,
                                                                                   std::size_t count) {
  // Of a full group all masks are known to the compiler.
  const __m512i picked = count == scale_group ? pick_scales<block_bytes>(blocks, scale_group * block_bytes)
                                              : pick_scales<block_bytes>(blocks, count * block_bytes);
  // With masks, though all lanes are wanted: GCC 12 warns of its own unmasked forms.
  return _mm512_maskz_cvtph_ps(0xffff, _mm512_maskz_extracti64x4_epi64(0xff, picked, 0));
}

}  // namespace sextant::probes
#endif
