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

// Where the scales of a full group lie among its bytes: for each load of 64 bytes, which of its 16-bit words are the
// scales of which blocks.
template <std::size_t block_bytes>
struct ScalePlaces {
  static constexpr std::size_t bytes = scale_group * block_bytes, loads = (bytes + 63) / 64;
  static constexpr std::size_t begin_of(std::size_t load) { return load * 64 + 64 <= bytes ? load * 64 : bytes - 64; }

  std::array<std::array<std::uint16_t, 32>, loads> words{};
  std::array<std::uint32_t, loads> masks{};

  constexpr ScalePlaces() {
    for (std::size_t i = 0; i < scale_group; ++i) {
      std::size_t load = 0;
      while (begin_of(load) + 64 < i * block_bytes + 2) ++load;
      words[load][i] = std::uint16_t((i * block_bytes - begin_of(load)) / 2);
      masks[load] |= 1u << i;
    }
  }
};

// The scales of up to `scale_group` blocks of one row, in float32. Those of a full group are picked out of the vectors that
// hold its bytes: loaded one by one they would cost as many instructions as the products of int4.
template <std::size_t block_bytes>
[[gnu::target("avx2,fma,f16c,avx512f,avx512bw,avx512vl")]] inline __m512 scales_of(const std::byte* blocks,
                                                                                   std::size_t count) {
  if (count == scale_group) {
    static constexpr ScalePlaces<block_bytes> places;
    __m512i picked = _mm512_setzero_si512();
    for (std::size_t load = 0; load < places.loads; ++load) {
      picked = _mm512_mask_permutexvar_epi16(picked, places.masks[load], _mm512_loadu_si512(places.words[load].data()),
                                             _mm512_loadu_si512(blocks + places.begin_of(load)));
    }
    // With masks, though all lanes are wanted: GCC 12 warns of its own unmasked forms.
    return _mm512_maskz_cvtph_ps(0xffff, _mm512_maskz_extracti64x4_epi64(0xff, picked, 0));
  }
  std::array<std::uint16_t, scale_group> halves{};
  for (std::size_t i = 0; i < count; ++i) std::memcpy(&halves[i], blocks + i * block_bytes, sizeof halves[i]);
  return _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves.data())));
}

}  // namespace sextant::probes
#endif
