// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "probes/kernels/gemv.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/gemv_f32.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four rows together, so that each piece of x is loaded once for four products, and two sums a row, so that enough
// products are under way at any time.
void FourRows(const float* HWY_RESTRICT w, const float* HWY_RESTRICT x, std::size_t columns, float* HWY_RESTRICT y) {
  const hn::ScalableTag<float> d;
  const std::size_t n = hn::Lanes(d);
  const float* w1 = w + columns;
  const float* w2 = w1 + columns;
  const float* w3 = w2 + columns;
  auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (std::size_t c = 0; c < columns; c += 2 * n) {
    const auto xa = hn::LoadU(d, x + c);
    const auto xb = hn::LoadU(d, x + c + n);
    a0 = hn::MulAdd(hn::LoadU(d, w + c), xa, a0);
    a1 = hn::MulAdd(hn::LoadU(d, w1 + c), xa, a1);
    a2 = hn::MulAdd(hn::LoadU(d, w2 + c), xa, a2);
    a3 = hn::MulAdd(hn::LoadU(d, w3 + c), xa, a3);
    b0 = hn::MulAdd(hn::LoadU(d, w + c + n), xb, b0);
    b1 = hn::MulAdd(hn::LoadU(d, w1 + c + n), xb, b1);
    b2 = hn::MulAdd(hn::LoadU(d, w2 + c + n), xb, b2);
    b3 = hn::MulAdd(hn::LoadU(d, w3 + c + n), xb, b3);
  }
  y[0] = hn::GetLane(hn::SumOfLanes(d, hn::Add(a0, b0)));
  y[1] = hn::GetLane(hn::SumOfLanes(d, hn::Add(a1, b1)));
  y[2] = hn::GetLane(hn::SumOfLanes(d, hn::Add(a2, b2)));
  y[3] = hn::GetLane(hn::SumOfLanes(d, hn::Add(a3, b3)));
}

float OneRow(const float* HWY_RESTRICT w, const float* HWY_RESTRICT x, std::size_t columns) {
  const hn::ScalableTag<float> d;
  const std::size_t n = hn::Lanes(d);
  auto a = hn::Zero(d), b = a;
  for (std::size_t c = 0; c < columns; c += 2 * n) {
    a = hn::MulAdd(hn::LoadU(d, w + c), hn::LoadU(d, x + c), a);
    b = hn::MulAdd(hn::LoadU(d, w + c + n), hn::LoadU(d, x + c + n), b);
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
}

void Gemv(const float* HWY_RESTRICT w, const float* HWY_RESTRICT x, std::size_t columns, float* HWY_RESTRICT y,
          std::size_t rows) {
  std::size_t r = 0;
  for (; r + 4 <= rows; r += 4) FourRows(w + r * columns, x, columns, y + r);
  for (; r < rows; ++r) y[r] = OneRow(w + r * columns, x, columns);
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <stdexcept>

namespace sextant::probes {

HWY_EXPORT(Gemv);

void gemv_f32(std::span<const float> weights, std::span<const float> x, std::span<float> y) {
  if (x.size() % 64 != 0 || weights.size() != x.size() * y.size()) {
    throw std::invalid_argument("gemv_f32: sizes do not fit");
  }
  HWY_DYNAMIC_DISPATCH(Gemv)(weights.data(), x.data(), x.size(), y.data(), y.size());
}

}  // namespace sextant::probes
#endif
