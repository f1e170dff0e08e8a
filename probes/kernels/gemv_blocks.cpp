// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "probes/kernels/gemv_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/gemv_blocks.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kGroup = 32;                         // blocks whose scales are prepared together
using D16 = hn::CappedTag<std::int16_t, scale_block / 2>;  // at most half a block, which is what int4 has in one place
using D32 = hn::RepartitionToWide<D16>;
using DF = hn::Rebind<float, D32>;

// Sum over one block of weight times x, spread over the lanes, in exact 32-bit integers. `w` is behind the scale.
HWY_INLINE hn::Vec<D32> BlockDot(const std::int8_t* HWY_RESTRICT w, const std::int16_t* HWY_RESTRICT x) {
  const D16 d16;
  const hn::Rebind<std::int8_t, D16> d8;
  const D32 d32;
  auto even = hn::Zero(d32), odd = even;
  for (std::size_t i = 0; i < scale_block; i += hn::Lanes(d16)) {
    const auto wide = hn::PromoteTo(d16, hn::LoadU(d8, w + i));
    even = hn::ReorderWidenMulAccumulate(d32, wide, hn::LoadU(d16, x + i), even, odd);
  }
  return hn::Add(even, odd);
}

HWY_INLINE hn::Vec<D32> BlockDot(const std::uint8_t* HWY_RESTRICT w, const std::int16_t* HWY_RESTRICT x) {
  const D16 d16;
  const hn::Rebind<std::uint8_t, D16> d8;
  const D32 d32;
  const auto eight = hn::Set(d16, 8);
  auto even = hn::Zero(d32), odd = even;
  for (std::size_t i = 0; i < scale_block / 2; i += hn::Lanes(d16)) {
    const auto both = hn::LoadU(d8, w + i);
    const auto low = hn::Sub(hn::PromoteTo(d16, hn::And(both, hn::Set(d8, 15))), eight);
    const auto high = hn::Sub(hn::PromoteTo(d16, hn::ShiftRight<4>(both)), eight);
    even = hn::ReorderWidenMulAccumulate(d32, low, hn::LoadU(d16, x + i), even, odd);
    even = hn::ReorderWidenMulAccumulate(d32, high, hn::LoadU(d16, x + scale_block / 2 + i), even, odd);
  }
  return hn::Add(even, odd);
}

// The scales of `count` blocks in float32.
HWY_INLINE void Scales(const std::byte* HWY_RESTRICT blocks, std::size_t block_bytes, std::size_t count,
                       float* HWY_RESTRICT scales) {
  HWY_ALIGN hwy::float16_t halves[kGroup] = {};
  for (std::size_t i = 0; i < count; ++i) std::memcpy(&halves[i], blocks + i * block_bytes, sizeof halves[i]);
  const hn::CappedTag<float, kGroup> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> d16;
  for (std::size_t i = 0; i < kGroup; i += hn::Lanes(d))
    hn::Store(hn::PromoteTo(d, hn::Load(d16, halves + i)), d, scales + i);
}

// One row with one or two vectors.
template <class Level, bool kTwo>
HWY_INLINE void Row(const Product& p, std::size_t row, std::size_t b) {
  const DF d;
  constexpr std::size_t block_bytes = std::is_signed_v<Level> ? 34 : 18;
  const std::size_t columns = p.x->columns(), blocks = columns / scale_block;
  const std::byte* w = p.weights + row * blocks * block_bytes;
  const std::int16_t* x = p.x->forms().wide.data() + b * columns;
  const float* x_scales = p.x->forms().scales.data() + b * blocks;
  HWY_ALIGN float scales[kGroup];
  auto first = hn::Zero(d), second = first;
  for (std::size_t done = 0; done < blocks; done += kGroup) {
    const std::size_t count = HWY_MIN(kGroup, blocks - done);
    Scales(w + done * block_bytes, block_bytes, count, scales);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t block = done + i, c = block * scale_block;
      const auto* levels = reinterpret_cast<const Level*>(w + block * block_bytes + 2);
      ask_ahead(levels);
      const auto dot = hn::ConvertTo(d, BlockDot(levels, x + c));
      first = hn::MulAdd(dot, hn::Set(d, scales[i] * x_scales[block]), first);
      if (!kTwo) continue;
      const auto other = hn::ConvertTo(d, BlockDot(levels, x + columns + c));
      second = hn::MulAdd(other, hn::Set(d, scales[i] * x_scales[blocks + block]), second);
    }
  }
  p.y[b * p.stride + row] = hn::GetLane(hn::SumOfLanes(d, first));
  if (kTwo) p.y[(b + 1) * p.stride + row] = hn::GetLane(hn::SumOfLanes(d, second));
}

template <class Level>
void Rows(const Product& p) {
  for (std::size_t row = 0; row < p.rows; ++row) {
    std::size_t b = 0;
    for (; b + 2 <= p.x->batch(); b += 2) Row<Level, true>(p, row, b);
    if (b < p.x->batch()) Row<Level, false>(p, row, b);
  }
}

void GemvBlocks(const Product& p) {
  if (p.x->weights() == Format::int8) Rows<std::int8_t>(p);
  if (p.x->weights() == Format::int4) Rows<std::uint8_t>(p);
}

void Quantise(const float* HWY_RESTRICT values, std::size_t blocks, std::int8_t* HWY_RESTRICT levels,
              float* HWY_RESTRICT scales) {
  const hn::CappedTag<float, 16> d;
  const hn::Rebind<std::int8_t, decltype(d)> d8;
  for (std::size_t block = 0; block < blocks; ++block, values += scale_block, levels += scale_block) {
    auto greatest = hn::Zero(d);
    for (std::size_t i = 0; i < scale_block; i += hn::Lanes(d))
      greatest = hn::Max(greatest, hn::Abs(hn::LoadU(d, values + i)));
    const float scale = hn::GetLane(hn::MaxOfLanes(d, greatest)) / 127;
    scales[block] = scale < 1e-37f ? 0 : scale;  // below, 1 / scale is no number any more
    const auto inverse = hn::Set(d, scales[block] > 0 ? 1 / scale : 0);
    for (std::size_t i = 0; i < scale_block; i += hn::Lanes(d)) {
      const auto rounded = hn::NearestInt(hn::Mul(hn::LoadU(d, values + i), inverse));
      hn::StoreU(hn::DemoteTo(d8, rounded), d8, levels + i);
    }
  }
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sextant::probes {

HWY_EXPORT(GemvBlocks);
HWY_EXPORT(Quantise);

void gemv_blocks(const Product& product) { HWY_DYNAMIC_DISPATCH(GemvBlocks)(product); }

void quantise(std::span<const float> values, std::int8_t* levels, float* scales) {
  HWY_DYNAMIC_DISPATCH(Quantise)(values.data(), values.size() / scale_block, levels, scales);
}

}  // namespace sextant::probes
#endif
