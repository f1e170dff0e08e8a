// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "probes/kernels/gemv.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/gemv_int8.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kGroup = 32;  // blocks whose scales are prepared together

using D16 = hn::CappedTag<std::int16_t, int8_block>;  // at most one block in a vector
using D32 = hn::RepartitionToWide<D16>;
using DF = hn::Rebind<float, D32>;

// Sum over one block of weight times x, spread over the lanes, in exact 32-bit integers.
HWY_INLINE hn::Vec<D32> BlockDot(const std::int8_t* HWY_RESTRICT w, const std::int16_t* HWY_RESTRICT x) {
  const D16 d16;
  const hn::Rebind<std::int8_t, D16> d8;
  const D32 d32;
  auto even = hn::Zero(d32), odd = even;
  for (std::size_t i = 0; i < int8_block; i += hn::Lanes(d16)) {
    const auto wide = hn::PromoteTo(d16, hn::LoadU(d8, w + i));
    even = hn::ReorderWidenMulAccumulate(d32, wide, hn::LoadU(d16, x + i), even, odd);
  }
  return hn::Add(even, odd);
}

// The factor of each block of the group: scale of the weights times scale of x.
HWY_INLINE void Factors(const hwy::float16_t* HWY_RESTRICT w_scales, const float* HWY_RESTRICT x_scales,
                        float* HWY_RESTRICT factors) {
  const hn::CappedTag<float, kGroup> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> d16;
  for (std::size_t b = 0; b < kGroup; b += hn::Lanes(d)) {
    const auto w = hn::PromoteTo(d, hn::LoadU(d16, w_scales + b));
    hn::StoreU(hn::Mul(w, hn::LoadU(d, x_scales + b)), d, factors + b);
  }
}

float Row(const std::int8_t* HWY_RESTRICT w, const std::int16_t* HWY_RESTRICT x, const float* HWY_RESTRICT x_scales,
          std::size_t columns) {
  const DF d;
  const auto* w_scales = reinterpret_cast<const hwy::float16_t*>(w + columns);
  HWY_ALIGN float factors[kGroup];
  auto a = hn::Zero(d), b = a;
  for (std::size_t first = 0; first < columns / int8_block; first += kGroup) {
    Factors(w_scales + first, x_scales + first, factors);
    for (std::size_t i = 0; i < kGroup; i += 2) {
      const std::size_t c = (first + i) * int8_block;
      a = hn::MulAdd(hn::ConvertTo(d, BlockDot(w + c, x + c)), hn::Set(d, factors[i]), a);
      const std::size_t e = c + int8_block;
      b = hn::MulAdd(hn::ConvertTo(d, BlockDot(w + e, x + e)), hn::Set(d, factors[i + 1]), b);
    }
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
}

void GemvInt8(const std::int8_t* HWY_RESTRICT w, const std::int16_t* HWY_RESTRICT x, const float* HWY_RESTRICT x_scales,
              std::size_t columns, float* HWY_RESTRICT y, std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r) y[r] = Row(w + r * int8_row_bytes(columns), x, x_scales, columns);
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace sextant::probes {

HWY_EXPORT(GemvInt8);

Int8Vector quantise(std::span<const float> x) {
  if (x.size() % int8_block != 0) throw std::invalid_argument("quantise: not a whole number of blocks");
  Int8Vector result;
  result.values.resize(x.size());
  result.scales.resize(x.size() / int8_block);
  for (std::size_t block = 0; block < result.scales.size(); ++block) {
    const auto values = x.subspan(block * int8_block, int8_block);
    float greatest = 0;
    for (const float value : values) greatest = std::max(greatest, std::abs(value));
    const float scale = greatest / 127;
    result.scales[block] = scale;
    for (std::size_t i = 0; i < int8_block; ++i) {
      result.values[block * int8_block + i] = std::int16_t(scale > 0 ? std::lround(values[i] / scale) : 0);
    }
  }
  return result;
}

void gemv_int8(std::span<const std::byte> rows, const Int8Vector& x, std::span<float> y) {
  const std::size_t columns = x.values.size();
  if (columns % 1024 != 0 || rows.size() != y.size() * int8_row_bytes(columns)) {
    throw std::invalid_argument("gemv_int8: sizes do not fit");
  }
  HWY_DYNAMIC_DISPATCH(GemvInt8)
  (reinterpret_cast<const std::int8_t*>(rows.data()), x.values.data(), x.scales.data(), columns, y.data(), y.size());
}

}  // namespace sextant::probes
#endif
