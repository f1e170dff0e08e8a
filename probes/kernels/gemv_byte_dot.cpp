// SPDX-License-Identifier: Apache-2.0
#include <hwy/base.h>

#include "probes/kernels/gemv_loops.hpp"

#if HWY_ARCH_X86_64
#include <immintrin.h>

#include <algorithm>

#include "probes/kernels/block_scales.hpp"

HWY_PUSH_ATTRIBUTES("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")
namespace sextant::probes {

namespace {

// Blocks whose factors are made before the first of them is used. They go through memory, and the products of a few blocks
// would wait for them longer than they take themselves: with 16, int4 ran at two thirds of what it does with a whole row.
constexpr std::size_t group = 128;

// 256 bits are one block, and processors with 512 bits do twice as many halves a cycle: nothing is lost by not pairing
// blocks, and each product needs one scale only. The instruction multiplies unsigned with signed bytes, so weights are
// made unsigned by adding 128 (they have 8 already in int4), and the sum starts at minus what that adds.
template <Format format>
inline __m256i unsigned_weights(const std::byte* block) {
  if constexpr (format == Format::int8) {
    const auto weights = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 2));
    return _mm256_xor_si256(weights, _mm256_set1_epi8(char(0x80)));
  } else {
    const auto both = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 2)));
    const auto shifts = _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4);
    return _mm256_and_si256(_mm256_srlv_epi32(both, shifts), _mm256_set1_epi8(15));
  }
}

inline float sum_of(__m256 lanes) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

// The same of four at once, for less than half as many instructions.
inline __m128 sums_of(__m256 a, __m256 b, __m256 c, __m256 d) {
  const __m256 halves = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  return _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
}

// R rows, `apart` rows from each other, with B vectors from `first` on. All R * B sums stay in registers.
template <Format format, int R, int B>
void patch(const Product& p, std::size_t row, std::size_t apart, std::size_t first) {
  constexpr std::size_t block_bytes = format == Format::int8 ? 34 : 18;
  constexpr std::size_t blocks_of_line =
      line_bytes / block_bytes;  // no line is passed over, and few are asked for twice
  const std::size_t columns = p.x->columns(), blocks = columns / scale_block, bytes = blocks * block_bytes;
  const std::size_t stream = apart * bytes;
  const std::byte* const weights = p.weights + row * bytes;
  const std::int8_t* const levels = p.x->forms().levels.data() + first * columns;
  const std::int32_t* const offsets = p.x->forms().offsets.data() + first * columns / 4;
  const float* const scales = p.x->forms().scales.data() + first * blocks;
  alignas(64) float factors[R][B][group];
  __m256 sums[R][B];
  for (auto& of_row : sums) {
    for (auto& sum : of_row) sum = _mm256_setzero_ps();
  }
  for (std::size_t done = 0; done < blocks; done += group) {
    const std::size_t count = std::min(group, blocks - done);
    for (std::size_t some = 0; some < count; some += scale_group) {
      const std::size_t left = std::min(scale_group, count - some);
      const auto mask = __mmask16((1u << left) - 1);
      for (int r = 0; r < R; ++r) {
        const std::byte* const first_block = weights + std::size_t(r) * stream + (done + some) * block_bytes;
        const __m512 of_weights = scales_of<block_bytes>(first_block, left);
        for (int b = 0; b < B; ++b) {
          const __m512 of_x = _mm512_maskz_loadu_ps(mask, scales + std::size_t(b) * blocks + done + some);
          _mm512_store_ps(factors[r][b] + some, _mm512_mul_ps(of_weights, of_x));
        }
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t c = (done + i) * scale_block;
      __m256i w[R];
      for (int r = 0; r < R; ++r) {
        const std::byte* const block = weights + std::size_t(r) * stream + (done + i) * block_bytes;
        w[r] = unsigned_weights<format>(block);
        if (i % blocks_of_line == 0)
          ask_ahead<R == 8 ? 2048 : 4096>(block);  // of eight streams half, or they would fill the cache
      }
      for (int b = 0; b < B; ++b) {
        const std::size_t at = std::size_t(b) * columns + c;
        const auto x = _mm256_load_si256(reinterpret_cast<const __m256i*>(levels + at));
        const auto offset = _mm256_load_si256(reinterpret_cast<const __m256i*>(offsets + at / 4));
        for (int r = 0; r < R; ++r) {
          const __m256 dot = _mm256_cvtepi32_ps(_mm256_dpbusd_epi32(offset, w[r], x));
          sums[r][b] = _mm256_fmadd_ps(dot, _mm256_set1_ps(factors[r][b][i]), sums[r][b]);
        }
      }
    }
  }
  for (int b = 0; b < B; ++b) {
    float* const y = p.y + (first + std::size_t(b)) * p.stride + row;
    int r = 0;
    for (; r + 4 <= R; r += 4) {
      alignas(16) float four[4];
      _mm_store_ps(four, sums_of(sums[r][b], sums[r + 1][b], sums[r + 2][b], sums[r + 3][b]));
      for (int k = 0; k < 4; ++k) y[std::size_t(r + k) * apart] = four[k];
    }
    for (; r < R; ++r) y[std::size_t(r) * apart] = sum_of(sums[r][b]);
  }
}

template <Format format, int R>
void all_vectors(const Product& p, std::size_t row, std::size_t apart) {
  const std::size_t batch = p.x->batch();
  std::size_t b = 0;
  for (; b + 4 <= batch; b += 4) patch<format, R, 4>(p, row, apart, b);
  for (; b + 2 <= batch; b += 2) patch<format, R, 2>(p, row, apart, b);
  for (; b < batch; ++b) patch<format, R, 1>(p, row, apart, b);
}

template <Format format>
void all_rows(const Product& p) {
  std::size_t done = 0;
  // Eight rows share what is read of x, and the sums of eight hide each other's latency: a tenth faster in int4, but no
  // faster in int8.
  if (format == Format::int4 && p.x->batch() == 1) {
    const std::size_t apart = p.rows / 8;
    for (std::size_t row = 0; row < apart; ++row) patch<format, 8, 1>(p, row, apart, 0);
    done = apart * 8;
  }
  const std::size_t apart = (p.rows - done) / 4;
  for (std::size_t row = done; row < done + apart; ++row) all_vectors<format, 4>(p, row, apart);
  for (std::size_t row = done + 4 * apart; row < p.rows; ++row) all_vectors<format, 1>(p, row, 1);
}

}  // namespace

void gemv_byte_dot(const Product& product) {
  if (product.x->weights() == Format::int8) return all_rows<Format::int8>(product);
  all_rows<Format::int4>(product);
}

void sum_fours(std::span<const std::int8_t> levels, std::int32_t offset, std::int32_t* sums) {
  for (std::size_t c = 0; c < levels.size(); c += 32, sums += 8) {
    const auto x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(levels.data() + c));
    const auto sum = _mm256_dpbusd_epi32(_mm256_setzero_si256(), _mm256_set1_epi8(1), x);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums), _mm256_mullo_epi32(sum, _mm256_set1_epi32(offset)));
  }
}

}  // namespace sextant::probes
HWY_POP_ATTRIBUTES

namespace sextant::probes {

bool has_byte_dot() {
  return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}

}  // namespace sextant::probes
#else
namespace sextant::probes {

bool has_byte_dot() { return false; }
void gemv_byte_dot(const Product&) {}
void sum_fours(std::span<const std::int8_t>, std::int32_t, std::int32_t*) {}

}  // namespace sextant::probes
#endif
