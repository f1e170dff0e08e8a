// SPDX-License-Identifier: Apache-2.0
#include <hwy/base.h>

#include "probes/kernels/fma_loops.hpp"
#include "probes/kernels/tiles.hpp"

#if HWY_ARCH_X86_64
#include <immintrin.h>

#include <array>

HWY_PUSH_ATTRIBUTES("avx512f")
namespace sextant::probes {

namespace {

// The instruction in assembly: three extensions of AVX-512 come from three generations, and the compiler must not use one
// of them for anything else. Volatile, or twelve equal chains would become one.
struct HalfStep {
  static constexpr long long ones = 0x3c003c003c003c00;
  static void step(__m512i& sum, __m512i x) { asm volatile("vfmadd231ph %1, %1, %0" : "+v"(sum) : "v"(x)); }
};
struct BfloatStep {
  static constexpr long long ones = 0x3f803f803f803f80;
  static void step(__m512i& sum, __m512i x) { asm volatile("vdpbf16ps %1, %1, %0" : "+v"(sum) : "v"(x)); }
};
struct ByteStep {
  static constexpr long long ones = 0x0101010101010101;
  static void step(__m512i& sum, __m512i x) { asm volatile("vpdpbusd %1, %1, %0" : "+v"(sum) : "v"(x)); }
};

template <class Type>
void chains(std::uint64_t* sums, std::uint64_t rounds) {
  const __m512i x = _mm512_set1_epi64(Type::ones);
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Type::step(a, x), Type::step(b, x), Type::step(c, x), Type::step(d, x), Type::step(e, x), Type::step(f, x);
    Type::step(g, x), Type::step(h, x), Type::step(i, x), Type::step(j, x), Type::step(k, x), Type::step(l, x);
  }
  for (const __m512i& chain : {a, b, c, d, e, f, g, h, i, j, k, l}) {
    _mm512_storeu_si512(sums, _mm512_add_epi64(_mm512_loadu_si512(sums), chain));
    sums += 8;
  }
}

}  // namespace

void fma_f16(std::span<std::uint64_t> sums, std::uint64_t rounds) { chains<HalfStep>(sums.data(), rounds); }
void fma_bf16(std::span<std::uint64_t> sums, std::uint64_t rounds) { chains<BfloatStep>(sums.data(), rounds); }
void fma_int8(std::span<std::uint64_t> sums, std::uint64_t rounds) { chains<ByteStep>(sums.data(), rounds); }

}  // namespace sextant::probes
HWY_POP_ATTRIBUTES

namespace sextant::probes {

namespace {

constexpr std::size_t tile_words = 128;

// Tile 6 times tile 7, both full of ones, into tiles 0 to 5.
template <class Rounds>
void tiles(std::uint64_t* sums, std::uint64_t ones, Rounds rounds) {
  alignas(64) const TileShapes shapes;
  alignas(64) std::array<std::uint64_t, tile_words> tile;
  tile.fill(ones);
  const std::size_t stride = 64;
  asm volatile(
      "ldtilecfg %[shapes]\n"
      "tileloadd (%[tile], %[stride], 1), %%tmm6\n"
      "tileloadd (%[tile], %[stride], 1), %%tmm7\n"
      "tilezero %%tmm0\n tilezero %%tmm1\n tilezero %%tmm2\n tilezero %%tmm3\n tilezero %%tmm4\n tilezero %%tmm5"
      :
      : [shapes] "m"(shapes), [tile] "r"(tile.data()), [stride] "r"(stride)
      : "memory");
  rounds();
  const auto add = [&] {
    for (const std::uint64_t word : tile) *sums++ += word;
  };
  asm volatile("tilestored %%tmm0, (%0, %1, 1)" : : "r"(tile.data()), "r"(stride) : "memory");
  add();
  asm volatile("tilestored %%tmm1, (%0, %1, 1)" : : "r"(tile.data()), "r"(stride) : "memory");
  add();
  asm volatile("tilestored %%tmm2, (%0, %1, 1)" : : "r"(tile.data()), "r"(stride) : "memory");
  add();
  asm volatile("tilestored %%tmm3, (%0, %1, 1)" : : "r"(tile.data()), "r"(stride) : "memory");
  add();
  asm volatile("tilestored %%tmm4, (%0, %1, 1)" : : "r"(tile.data()), "r"(stride) : "memory");
  add();
  asm volatile("tilestored %%tmm5, (%0, %1, 1)" : : "r"(tile.data()), "r"(stride) : "memory");
  add();
  asm volatile("tilerelease");
}

}  // namespace

void fma_bf16_tiles(std::span<std::uint64_t> sums, std::uint64_t rounds) {
  tiles(sums.data(), std::uint64_t(BfloatStep::ones), [rounds] {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      asm volatile(
          "tdpbf16ps %tmm7, %tmm6, %tmm0\n tdpbf16ps %tmm7, %tmm6, %tmm1\n tdpbf16ps %tmm7, %tmm6, %tmm2\n"
          "tdpbf16ps %tmm7, %tmm6, %tmm3\n tdpbf16ps %tmm7, %tmm6, %tmm4\n tdpbf16ps %tmm7, %tmm6, %tmm5");
    }
  });
}

void fma_int8_tiles(std::span<std::uint64_t> sums, std::uint64_t rounds) {
  tiles(sums.data(), std::uint64_t(ByteStep::ones), [rounds] {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      asm volatile(
          "tdpbssd %tmm7, %tmm6, %tmm0\n tdpbssd %tmm7, %tmm6, %tmm1\n tdpbssd %tmm7, %tmm6, %tmm2\n"
          "tdpbssd %tmm7, %tmm6, %tmm3\n tdpbssd %tmm7, %tmm6, %tmm4\n tdpbssd %tmm7, %tmm6, %tmm5");
    }
  });
}

bool has_fma_f16() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512fp16"); }
bool has_fma_bf16() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16"); }
bool has_fma_int8() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni"); }

}  // namespace sextant::probes
#else
namespace sextant::probes {

bool has_fma_f16() { return false; }
bool has_fma_bf16() { return false; }
bool has_fma_int8() { return false; }
void fma_f16(std::span<std::uint64_t>, std::uint64_t) {}
void fma_bf16(std::span<std::uint64_t>, std::uint64_t) {}
void fma_int8(std::span<std::uint64_t>, std::uint64_t) {}
void fma_bf16_tiles(std::span<std::uint64_t>, std::uint64_t) {}
void fma_int8_tiles(std::span<std::uint64_t>, std::uint64_t) {}

}  // namespace sextant::probes
#endif
