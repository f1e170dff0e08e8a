// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "probes/kernels/fma_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/fma_floats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Number>
void Chains(std::uint64_t* HWY_RESTRICT sums, std::uint64_t rounds) {
  const hn::CappedTag<Number, 64 / sizeof(Number)> d;
  const std::size_t n = hn::Lanes(d);
  Number one = 1;
  HWY_ALIGN Number numbers[fma_chains * 64 / sizeof(Number)] = {};
  asm volatile("" : "+m"(one), "+m"(numbers));  // or the compiler may know the products, and make one of equal chains
  const auto x = hn::Set(d, one);
  auto a = hn::LoadU(d, numbers), b = hn::LoadU(d, numbers + n), c = hn::LoadU(d, numbers + 2 * n);
  auto e = hn::LoadU(d, numbers + 3 * n), f = hn::LoadU(d, numbers + 4 * n), g = hn::LoadU(d, numbers + 5 * n);
  auto h = hn::LoadU(d, numbers + 6 * n), i = hn::LoadU(d, numbers + 7 * n), j = hn::LoadU(d, numbers + 8 * n);
  auto k = hn::LoadU(d, numbers + 9 * n), l = hn::LoadU(d, numbers + 10 * n), m = hn::LoadU(d, numbers + 11 * n);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(x, x, a), b = hn::MulAdd(x, x, b), c = hn::MulAdd(x, x, c), e = hn::MulAdd(x, x, e);
    f = hn::MulAdd(x, x, f), g = hn::MulAdd(x, x, g), h = hn::MulAdd(x, x, h), i = hn::MulAdd(x, x, i);
    j = hn::MulAdd(x, x, j), k = hn::MulAdd(x, x, k), l = hn::MulAdd(x, x, l), m = hn::MulAdd(x, x, m);
  }
  hn::StoreU(a, d, numbers), hn::StoreU(b, d, numbers + n), hn::StoreU(c, d, numbers + 2 * n);
  hn::StoreU(e, d, numbers + 3 * n), hn::StoreU(f, d, numbers + 4 * n), hn::StoreU(g, d, numbers + 5 * n);
  hn::StoreU(h, d, numbers + 6 * n), hn::StoreU(i, d, numbers + 7 * n), hn::StoreU(j, d, numbers + 8 * n);
  hn::StoreU(k, d, numbers + 9 * n), hn::StoreU(l, d, numbers + 10 * n), hn::StoreU(m, d, numbers + 11 * n);
  for (std::size_t at = 0; at < fma_chains * n * sizeof(Number) / 8; ++at) {
    std::uint64_t word;
    std::memcpy(&word, reinterpret_cast<const char*>(numbers) + 8 * at, 8);
    sums[at] += word;
  }
}

void F64(std::uint64_t* HWY_RESTRICT sums, std::uint64_t rounds) { Chains<double>(sums, rounds); }
void F32(std::uint64_t* HWY_RESTRICT sums, std::uint64_t rounds) { Chains<float>(sums, rounds); }
std::size_t VectorBytes() { return hn::Lanes(hn::CappedTag<float, 16>()) * sizeof(float); }

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sextant::probes {

HWY_EXPORT(F64);
HWY_EXPORT(F32);
HWY_EXPORT(VectorBytes);

void fma_f64(std::span<std::uint64_t> sums, std::uint64_t rounds) { HWY_DYNAMIC_DISPATCH(F64)(sums.data(), rounds); }
void fma_f32(std::span<std::uint64_t> sums, std::uint64_t rounds) { HWY_DYNAMIC_DISPATCH(F32)(sums.data(), rounds); }
std::size_t fma_vector_bytes() { return HWY_DYNAMIC_DISPATCH(VectorBytes)(); }

}  // namespace sextant::probes
#endif
