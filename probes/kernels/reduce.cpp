// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/reduce.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/reduce.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D16 = hn::ScalableTag<std::int16_t>;
using D32 = hn::RepartitionToWide<D16>;
using U32 = hn::ScalableTag<std::uint32_t>;

// At most 16 Ki elements, so that no lane leaves 32 bits.
std::int32_t DotPiece(const std::int8_t* HWY_RESTRICT a, const std::int8_t* HWY_RESTRICT b, std::size_t count) {
  const D16 d16;
  const hn::Rebind<std::int8_t, D16> d8;
  const D32 d32;
  const std::size_t n = hn::Lanes(d16);
  auto s0 = hn::Zero(d32), s1 = s0, t0 = s0, t1 = s0;
  std::size_t i = 0;
  for (; i + 2 * n <= count; i += 2 * n) {
    s0 = hn::ReorderWidenMulAccumulate(d32, hn::PromoteTo(d16, hn::LoadU(d8, a + i)),
                                       hn::PromoteTo(d16, hn::LoadU(d8, b + i)), s0, s1);
    t0 = hn::ReorderWidenMulAccumulate(d32, hn::PromoteTo(d16, hn::LoadU(d8, a + i + n)),
                                       hn::PromoteTo(d16, hn::LoadU(d8, b + i + n)), t0, t1);
  }
  std::int32_t sum = hn::GetLane(hn::SumOfLanes(d32, hn::Add(hn::Add(s0, s1), hn::Add(t0, t1))));
  for (; i < count; ++i) sum += std::int32_t(a[i]) * b[i];
  return sum;
}

// `largest` in falling order; takes the value in and drops the last.
void Insert(std::uint32_t value, std::uint32_t* largest, std::size_t k) {
  std::size_t place = k - 1;
  for (; place > 0 && largest[place - 1] < value; --place) largest[place] = largest[place - 1];
  largest[place] = value;
}

// Nearly no value is among the largest so far, so that one comparison for four vectors is nearly all there is to do.
void FindLargest(const std::uint32_t* HWY_RESTRICT values, std::size_t count, std::uint32_t* HWY_RESTRICT largest,
                 std::size_t k) {
  const U32 d;
  const std::size_t n = hn::Lanes(d);
  const auto take = [&](std::size_t from, std::size_t to) {
    for (std::size_t j = from; j < to; ++j) {
      if (values[j] > largest[k - 1]) Insert(values[j], largest, k);
    }
  };
  std::size_t i = 0;
  for (; i + 4 * n <= count; i += 4 * n) {
    const auto ab = hn::Max(hn::LoadU(d, values + i), hn::LoadU(d, values + i + n));
    const auto cd = hn::Max(hn::LoadU(d, values + i + 2 * n), hn::LoadU(d, values + i + 3 * n));
    const auto above = hn::Gt(hn::Max(ab, cd), hn::Set(d, largest[k - 1]));
    if (HWY_UNLIKELY(!hn::AllFalse(d, above))) take(i, i + 4 * n);
  }
  take(i, count);
}

std::size_t FilterUpTo(const std::uint32_t* HWY_RESTRICT values, std::size_t count, std::uint32_t bound,
                       std::uint32_t* HWY_RESTRICT kept) {
  const U32 d;
  const std::size_t n = hn::Lanes(d);
  const auto limit = hn::Set(d, bound);
  std::size_t i = 0, written = 0;
  for (; i + n <= count; i += n) {
    const auto v = hn::LoadU(d, values + i);
    written += hn::CompressStore(v, hn::Not(hn::Gt(v, limit)), d, kept + written);
  }
  for (; i < count; ++i) {
    if (values[i] <= bound) kept[written++] = values[i];
  }
  return written;
}

void AddRow(const std::uint32_t* HWY_RESTRICT row, std::size_t count, std::uint32_t* HWY_RESTRICT sum) {
  const U32 d;
  const std::size_t n = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + n <= count; i += n) hn::StoreU(hn::Add(hn::LoadU(d, sum + i), hn::LoadU(d, row + i)), d, sum + i);
  for (; i < count; ++i) sum[i] += row[i];
}

Nearest FindNearest(const std::uint8_t* HWY_RESTRICT vectors, std::size_t count, const std::uint8_t* HWY_RESTRICT query,
                    std::size_t dimensions) {
  const D16 d16;
  const hn::Rebind<std::uint8_t, D16> d8;
  const D32 d32;
  const std::size_t n = hn::Lanes(d16);
  Nearest nearest;
  for (std::size_t v = 0; v < count; ++v) {
    const std::uint8_t* HWY_RESTRICT vector = vectors + v * dimensions;
    auto even = hn::Zero(d32), odd = even;
    for (std::size_t i = 0; i < dimensions; i += n) {
      const auto away =
          hn::Sub(hn::PromoteTo(d16, hn::LoadU(d8, vector + i)), hn::PromoteTo(d16, hn::LoadU(d8, query + i)));
      even = hn::ReorderWidenMulAccumulate(d32, away, away, even, odd);
    }
    const auto distance = std::uint32_t(hn::GetLane(hn::SumOfLanes(d32, hn::Add(even, odd))));
    if (distance < nearest.squared_distance) nearest = {std::uint32_t(v), distance};
  }
  return nearest;
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <stdexcept>

namespace sextant::probes {

HWY_EXPORT(DotPiece);
HWY_EXPORT(FindLargest);
HWY_EXPORT(FilterUpTo);
HWY_EXPORT(AddRow);
HWY_EXPORT(FindNearest);

std::int64_t dot_int8(std::span<const std::int8_t> a, std::span<const std::int8_t> b) {
  if (a.size() != b.size()) throw std::invalid_argument("dot_int8: sizes do not fit");
  constexpr std::size_t piece = 1 << 14;
  const auto dot = HWY_DYNAMIC_DISPATCH(DotPiece);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); i += piece)
    sum += dot(a.data() + i, b.data() + i, std::min(piece, a.size() - i));
  return sum;
}

void find_largest(std::span<const std::uint32_t> values, std::span<std::uint32_t> largest) {
  std::fill(largest.begin(), largest.end(), 0u);
  if (largest.empty()) return;
  HWY_DYNAMIC_DISPATCH(FindLargest)(values.data(), values.size(), largest.data(), largest.size());
}

std::size_t filter_up_to(std::span<const std::uint32_t> values, std::uint32_t bound, std::span<std::uint32_t> kept) {
  if (kept.size() < values.size() + filter_slack) throw std::invalid_argument("filter_up_to: no room for what is kept");
  return HWY_DYNAMIC_DISPATCH(FilterUpTo)(values.data(), values.size(), bound, kept.data());
}

void sum_rows(std::span<const std::uint32_t> table, std::span<const std::uint32_t> rows, std::span<std::uint32_t> sum) {
  std::fill(sum.begin(), sum.end(), 0u);
  if (sum.empty() || table.size() % sum.size() != 0) throw std::invalid_argument("sum_rows: sizes do not fit");
  const auto add = HWY_DYNAMIC_DISPATCH(AddRow);
  for (const std::uint32_t row : rows) {
    if (row >= table.size() / sum.size()) throw std::invalid_argument("sum_rows: there is no such row");
    add(table.data() + row * sum.size(), sum.size(), sum.data());
  }
}

Nearest find_nearest(std::span<const std::uint8_t> vectors, std::span<const std::uint8_t> query) {
  const std::size_t dimensions = query.size();
  if (dimensions == 0 || dimensions % 64 != 0 || dimensions > 4096 || vectors.size() % dimensions != 0) {
    throw std::invalid_argument("find_nearest: sizes do not fit");
  }
  return HWY_DYNAMIC_DISPATCH(FindNearest)(vectors.data(), vectors.size() / dimensions, query.data(), dimensions);
}

}  // namespace sextant::probes
#endif
