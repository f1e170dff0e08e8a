// SPDX-License-Identifier: Apache-2.0
#include <hwy/base.h>

#include "probes/kernels/gemv_loops.hpp"

#if HWY_ARCH_X86_64
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "probes/kernels/block_scales.hpp"
#include "probes/kernels/tiles.hpp"

HWY_PUSH_ATTRIBUTES("avx2,fma,f16c,avx512f,avx512bw,avx512vl")
namespace sextant::probes {

namespace {

constexpr std::size_t side = tile_side;  // rows of weights, and vectors, that meet in one tile of sums

template <int tile>
inline void load(const void* from, std::size_t stride) {
  asm volatile("tileloadd (%0, %1, 1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(tile) : "memory");
}
template <int tile>
inline void store(void* to, std::size_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0, %1, 1)" : : "r"(to), "r"(stride), "i"(tile) : "memory");
}
template <int tile>
inline void clear() {
  asm volatile("tilezero %%tmm%c0" : : "i"(tile));
}
inline void configure(const TileShapes& shapes) { asm volatile("ldtilecfg %0" : : "m"(shapes)); }
inline void release() { asm volatile("tilerelease"); }

// Sums of 16 rows with 16 vectors, of which `vectors` are wanted.
using Sums = std::array<std::array<float, side>, side>;
void hand_out(const Sums& sums, const Product& p, std::size_t row, std::size_t first) {
  const std::size_t vectors = std::min(side, p.x->batch() - first);
  for (std::size_t b = 0; b < vectors; ++b) {
    for (std::size_t r = 0; r < side; ++r) p.y[(first + b) * p.stride + row + r] = sums[r][b];
  }
}

// What is left of the rows when all sixteens are done.
Product rest_of(const Product& p, std::size_t done) {
  const std::size_t bytes = row_bytes(p.x->weights(), p.x->columns());
  return {p.weights + done * bytes, p.rows - done, p.x, p.y + done, p.stride};
}

// Asks for the same place of the next sixteen rows, into the second-level cache; of short rows for a later one, which the
// memory has the time to bring.
void prefetch_sixteen(const std::byte* place, std::size_t bytes) {
  const std::size_t ahead = std::max<std::size_t>(side * bytes, 8192);
  for (std::size_t r = 0; r < side; ++r) __builtin_prefetch(place + r * bytes + ahead, 0, 2);
}

// One step of 32 columns into the tile of sums `sum`; four of them in turn hide the latency of a product.
template <int sum>
inline void bfloat_step(const std::byte* weights, std::size_t bytes, const std::byte* x) {
  load<4 + sum % 2>(weights, bytes);
  load<6 + sum % 2>(x, 64);
  asm volatile("tdpbf16ps %%tmm%c0, %%tmm%c1, %%tmm%c2" : : "i"(6 + sum % 2), "i"(4 + sum % 2), "i"(sum));
}

void bfloat_patch(const Product& p, std::size_t row, std::size_t first) {
  const std::size_t columns = p.x->columns(), bytes = 2 * columns, steps = columns / scale_block;
  const std::byte* w = p.weights + row * bytes;
  const std::byte* x = p.x->forms().tiles.data() + first / side * steps * 1024;
  clear<0>(), clear<1>(), clear<2>(), clear<3>();
  std::size_t step = 0;
  for (; step + 4 <= steps; step += 4, w += 256, x += 4096) {
    if (first == 0) {
      for (std::size_t i = 0; i < 4; ++i) prefetch_sixteen(w + 64 * i, bytes);
    }
    bfloat_step<0>(w, bytes, x);
    bfloat_step<1>(w + 64, bytes, x + 1024);
    bfloat_step<2>(w + 128, bytes, x + 2048);
    bfloat_step<3>(w + 192, bytes, x + 3072);
  }
  for (; step < steps; ++step, w += 64, x += 1024) bfloat_step<0>(w, bytes, x);
  alignas(64) std::array<Sums, 4> parts;
  store<0>(&parts[0], 64), store<1>(&parts[1], 64), store<2>(&parts[2], 64), store<3>(&parts[3], 64);
  for (std::size_t r = 0; r < side; ++r) {
    for (std::size_t b = 0; b < side; ++b)
      parts[0][r][b] = (parts[0][r][b] + parts[1][r][b]) + (parts[2][r][b] + parts[3][r][b]);
  }
  hand_out(parts[0], p, row, first);
}

// 16 blocks of int4, one of each row, as signed bytes.
void unpack(const std::byte* blocks, std::size_t bytes, std::byte* levels) {
  const auto shifts = _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4);
  for (std::size_t r = 0; r < side; ++r) {
    const auto both =
        _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks + r * bytes + 2)));
    const auto halves = _mm256_and_si256(_mm256_srlv_epi32(both, shifts), _mm256_set1_epi8(15));
    _mm256_store_si256(reinterpret_cast<__m256i*>(levels + r * scale_block),
                       _mm256_sub_epi8(halves, _mm256_set1_epi8(8)));
  }
}

// The exact sums of one block of 16 rows with 16 vectors.
template <Format format, int tile>
inline void block_step(const std::byte* blocks, std::size_t bytes, const std::byte* x, std::int32_t* sums) {
  alignas(64) std::array<std::byte, side * scale_block> levels;
  clear<tile>();
  if constexpr (format == Format::int8) {
    load<4 + tile>(blocks + 2, bytes);
  } else {
    unpack(blocks, bytes, levels.data());
    load<4 + tile>(levels.data(), scale_block);
  }
  load<6 + tile>(x, 64);
  asm volatile("tdpbssd %%tmm%c0, %%tmm%c1, %%tmm%c2" : : "i"(6 + tile), "i"(4 + tile), "i"(tile));
  store<tile>(sums, 64);
}

template <Format format>
void block_patch(const Product& p, std::size_t row, std::size_t first) {
  constexpr std::size_t block_bytes = format == Format::int8 ? 34 : 18;
  const std::size_t blocks = p.x->columns() / scale_block, bytes = blocks * block_bytes;
  const std::byte* const w = p.weights + row * bytes;
  const std::byte* const x = p.x->forms().tiles.data() + first / side * blocks * 512;
  const float* const x_scales = p.x->forms().tile_scales.data() + first * blocks;
  alignas(64) float scales[side][scale_group];
  alignas(64) std::int32_t exact[2][side * side];
  __m512 sums[side];
  for (auto& sum : sums) sum = _mm512_setzero_ps();
  const auto add = [&](std::size_t block, const std::int32_t* of_block) {
    const __m512 of_x = _mm512_load_ps(x_scales + block * side);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < side; ++r) {
      const __m512 product = _mm512_maskz_cvtepi32_ps(0xffff, _mm512_load_si512(of_block + r * side));
      const __m512 factor = _mm512_mul_ps(of_x, _mm512_set1_ps(scales[r][block % scale_group]));
      sums[r] = _mm512_fmadd_ps(product, factor, sums[r]);
    }
  };
  for (std::size_t block = 0; block < blocks; block += 2) {
    if (block % scale_group == 0) {
      const std::size_t count = std::min(scale_group, blocks - block);
      for (std::size_t r = 0; r < side; ++r)
        _mm512_store_ps(scales[r], scales_of<block_bytes>(w + r * bytes + block * block_bytes, count));
    }
    if (first == 0) prefetch_sixteen(w + block * block_bytes, bytes);
    block_step<format, 0>(w + block * block_bytes, bytes, x + block * 512, exact[0]);
    const bool two = block + 1 < blocks;
    if (two) block_step<format, 1>(w + (block + 1) * block_bytes, bytes, x + (block + 1) * 512, exact[1]);
    add(block, exact[0]);
    if (two) add(block + 1, exact[1]);
  }
  alignas(64) Sums result;
  for (std::size_t r = 0; r < side; ++r) _mm512_store_ps(result[r].data(), sums[r]);
  hand_out(result, p, row, first);
}

template <class Patch>
std::size_t sixteens(const Product& p, const TileShapes& shapes, Patch patch) {
  std::size_t row = 0;
  configure(shapes);
  for (; row + side <= p.rows; row += side) {
    for (std::size_t first = 0; first < p.x->batch(); first += side) patch(p, row, first);
  }
  release();
  return row;
}

}  // namespace

void gemv_tiles(const Product& p) {
  alignas(64) TileShapes shapes;
  if (p.x->weights() == Format::bf16) return gemv_floats(rest_of(p, sixteens(p, shapes, bfloat_patch)));
  shapes.bytes_per_row[4] = shapes.bytes_per_row[5] = 32;  // a block of each row
  shapes.rows[6] = shapes.rows[7] = 8;                     // a block of each vector, four bytes of all at a time
  const bool int8 = p.x->weights() == Format::int8;
  gemv_byte_dot(rest_of(p, sixteens(p, shapes, int8 ? block_patch<Format::int8> : block_patch<Format::int4>)));
}

}  // namespace sextant::probes
HWY_POP_ATTRIBUTES

namespace sextant::probes {

bool has_tiles_for(Format format) {
  if (format == Format::bf16) return has_bfloat_tiles() && __builtin_cpu_supports("avx512bw");
  return (format == Format::int8 || format == Format::int4) && has_byte_dot() && has_int8_tiles();
}

}  // namespace sextant::probes
#else
namespace sextant::probes {

bool has_tiles_for(Format) { return false; }
void gemv_tiles(const Product&) {}

}  // namespace sextant::probes
#endif
