// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "probes/kernels/gemv_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/gemv_floats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Two vectors divide every row: columns are multiples of 32.
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

HWY_INLINE V Weights(const float* w) { return hn::LoadU(D(), w); }
template <class Half>
HWY_INLINE V Weights(const Half* w) {
  return hn::PromoteTo(D(), hn::LoadU(hn::Rebind<Half, D>(), w));
}

HWY_INLINE float Sum(V v) { return hn::GetLane(hn::SumOfLanes(D(), v)); }

// Asks ahead for the `count` weights that lie there.
template <class Weight>
HWY_INLINE void AskAhead(const Weight* w, std::size_t count) {
  for (std::size_t i = 0; i < count; i += line_bytes / sizeof *w) ask_ahead(w + i);
}

// Four rows together, `apart` rows from each other, so that each piece of x is loaded once for four products, and two sums a
// row, so that enough products are under way at any time.
template <class Weight>
void FourRows(const Weight* HWY_RESTRICT w, std::size_t apart, const float* HWY_RESTRICT x, std::size_t columns,
              float* HWY_RESTRICT y) {
  const D d;
  const std::size_t n = hn::Lanes(d);
  const Weight* w1 = w + apart * columns;
  const Weight* w2 = w1 + apart * columns;
  const Weight* w3 = w2 + apart * columns;
  auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (std::size_t c = 0; c < columns; c += 2 * n) {
    const auto xa = hn::Load(d, x + c);
    const auto xb = hn::Load(d, x + c + n);
    for (const Weight* row : {w, w1, w2, w3}) AskAhead(row + c, 2 * n);
    a0 = hn::MulAdd(Weights(w + c), xa, a0);
    a1 = hn::MulAdd(Weights(w1 + c), xa, a1);
    a2 = hn::MulAdd(Weights(w2 + c), xa, a2);
    a3 = hn::MulAdd(Weights(w3 + c), xa, a3);
    b0 = hn::MulAdd(Weights(w + c + n), xb, b0);
    b1 = hn::MulAdd(Weights(w1 + c + n), xb, b1);
    b2 = hn::MulAdd(Weights(w2 + c + n), xb, b2);
    b3 = hn::MulAdd(Weights(w3 + c + n), xb, b3);
  }
  y[0] = Sum(hn::Add(a0, b0));
  y[apart] = Sum(hn::Add(a1, b1));
  y[2 * apart] = Sum(hn::Add(a2, b2));
  y[3 * apart] = Sum(hn::Add(a3, b3));
}

template <class Weight>
float OneRow(const Weight* HWY_RESTRICT w, const float* HWY_RESTRICT x, std::size_t columns) {
  const D d;
  const std::size_t n = hn::Lanes(d);
  auto a = hn::Zero(d), b = a;
  for (std::size_t c = 0; c < columns; c += 2 * n) {
    a = hn::MulAdd(Weights(w + c), hn::Load(d, x + c), a);
    b = hn::MulAdd(Weights(w + c + n), hn::Load(d, x + c + n), b);
  }
  return Sum(hn::Add(a, b));
}

// Two such rows with four vectors: weights are widened once for four products, and three loads do for four of them.
template <class Weight>
void TwoRowsFourVectors(const Weight* HWY_RESTRICT w, std::size_t apart, const float* HWY_RESTRICT x,
                        std::size_t columns, float* HWY_RESTRICT y, std::size_t stride) {
  const D d;
  const Weight* w1 = w + apart * columns;
  const float* x1 = x + columns;
  const float* x2 = x1 + columns;
  const float* x3 = x2 + columns;
  auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (std::size_t c = 0; c < columns; c += hn::Lanes(d)) {
    const auto a = Weights(w + c), b = Weights(w1 + c);
    AskAhead(w + c, hn::Lanes(d));
    AskAhead(w1 + c, hn::Lanes(d));
    const auto v0 = hn::Load(d, x + c), v1 = hn::Load(d, x1 + c), v2 = hn::Load(d, x2 + c), v3 = hn::Load(d, x3 + c);
    a0 = hn::MulAdd(a, v0, a0);
    a1 = hn::MulAdd(a, v1, a1);
    a2 = hn::MulAdd(a, v2, a2);
    a3 = hn::MulAdd(a, v3, a3);
    b0 = hn::MulAdd(b, v0, b0);
    b1 = hn::MulAdd(b, v1, b1);
    b2 = hn::MulAdd(b, v2, b2);
    b3 = hn::MulAdd(b, v3, b3);
  }
  y[0] = Sum(a0), y[stride] = Sum(a1), y[2 * stride] = Sum(a2), y[3 * stride] = Sum(a3);
  y += apart;
  y[0] = Sum(b0), y[stride] = Sum(b1), y[2 * stride] = Sum(b2), y[3 * stride] = Sum(b3);
}

// Four rows at a time with all vectors: the rows come from memory once, and from a cache for the others.
template <class Weight>
void Gemv(const Product& p) {
  const auto* w = reinterpret_cast<const Weight*>(p.weights);
  const float* x = p.x->forms().values.data();
  const std::size_t columns = p.x->columns(), batch = p.x->batch(), apart = p.rows / 4;
  for (std::size_t r = 0; r < apart; ++r) {
    const Weight* const rows = w + r * columns;
    std::size_t b = 0;
    for (; b + 4 <= batch; b += 4) {
      float* const y = p.y + b * p.stride + r;
      TwoRowsFourVectors(rows, apart, x + b * columns, columns, y, p.stride);
      TwoRowsFourVectors(rows + 2 * apart * columns, apart, x + b * columns, columns, y + 2 * apart, p.stride);
    }
    for (; b < batch; ++b) FourRows(rows, apart, x + b * columns, columns, p.y + b * p.stride + r);
  }
  for (std::size_t r = 4 * apart; r < p.rows; ++r) {
    for (std::size_t b = 0; b < batch; ++b) p.y[b * p.stride + r] = OneRow(w + r * columns, x + b * columns, columns);
  }
}

void GemvFloats(const Product& p) {
  if (p.x->weights() == Format::f32) Gemv<float>(p);
  if (p.x->weights() == Format::f16) Gemv<hwy::float16_t>(p);
  if (p.x->weights() == Format::bf16) Gemv<hwy::bfloat16_t>(p);
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sextant::probes {

HWY_EXPORT(GemvFloats);

void gemv_floats(const Product& product) { HWY_DYNAMIC_DISPATCH(GemvFloats)(product); }

}  // namespace sextant::probes
#endif
