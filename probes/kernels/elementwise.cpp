// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/elementwise.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/elementwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After highway.h, which says for which target.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;  // two of them divide every length that is a multiple of 32

float SumOfSquares(const float* HWY_RESTRICT x, std::size_t n) {
  const D d;
  auto a = hn::Zero(d), b = a;
  for (std::size_t i = 0; i < n; i += 2 * hn::Lanes(d)) {
    const auto xa = hn::LoadU(d, x + i), xb = hn::LoadU(d, x + i + hn::Lanes(d));
    a = hn::MulAdd(xa, xa, a);
    b = hn::MulAdd(xb, xb, b);
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
}

void ScaleAndWeigh(const float* x, const float* weight, float factor, std::size_t n, float* y) {
  const D d;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto scaled = hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor));
    hn::StoreU(hn::Mul(scaled, hn::LoadU(d, weight + i)), d, y + i);
  }
}

void Gate(const float* gate, const float* up, std::size_t n, float* gated) {
  const D d;
  const auto one = hn::Set(d, 1.0f), limit = hn::Set(d, 88.0f);  // beyond it exp() is no float32
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto z = hn::LoadU(d, gate + i);
    const auto silu = hn::Div(z, hn::Add(one, hn::Exp(d, hn::Min(hn::Neg(z), limit))));
    hn::StoreU(hn::Mul(silu, hn::LoadU(d, up + i)), d, gated + i);
  }
}

// The greatest value; the rest of a vector at the end is looked at one by one.
float Most(const float* values, std::size_t n) {
  const D d;
  const std::size_t whole = n / hn::Lanes(d) * hn::Lanes(d);
  auto most = hn::Set(d, values[0]);
  for (std::size_t i = 0; i < whole; i += hn::Lanes(d)) most = hn::Max(most, hn::LoadU(d, values + i));
  float result = hn::GetLane(hn::MaxOfLanes(d, most));
  for (std::size_t i = whole; i < n; ++i) result = values[i] > result ? values[i] : result;
  return result;
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace sextant::probes {

HWY_EXPORT(SumOfSquares);
HWY_EXPORT(ScaleAndWeigh);
HWY_EXPORT(Gate);
HWY_EXPORT(Most);

namespace {

void check(bool fits, const char* what) {
  if (!fits) throw std::invalid_argument(std::string(what) + ": sizes do not fit");
}

}  // namespace

void normalise(std::span<const float> x, std::span<const float> weight, float epsilon, std::span<float> y) {
  check(x.size() % 32 == 0 && weight.size() == x.size() && y.size() == x.size(), "normalise");
  const float mean = HWY_DYNAMIC_DISPATCH(SumOfSquares)(x.data(), x.size()) / float(x.size());
  HWY_DYNAMIC_DISPATCH(ScaleAndWeigh)
  (x.data(), weight.data(), 1 / std::sqrt(mean + epsilon), x.size(), y.data());
}

void gate(std::span<const float> gate, std::span<const float> up, std::span<float> gated) {
  check(gate.size() % 32 == 0 && up.size() == gate.size() && gated.size() == gate.size(), "gate");
  HWY_DYNAMIC_DISPATCH(Gate)(gate.data(), up.data(), gate.size(), gated.data());
}

void add(std::span<const float> x, std::span<float> sum) {
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] += x[i];
}

Rotation::Rotation(std::size_t head, float base) : frequency_(head / 2), cosine_(head / 2), sine_(head / 2) {
  for (std::size_t i = 0; i < head / 2; ++i) frequency_[i] = std::pow(base, -2 * float(i) / float(head));
  set(0);
}

void Rotation::set(std::size_t position) {
  for (std::size_t i = 0; i < frequency_.size(); ++i) {
    const float angle = float(position) * frequency_[i];
    cosine_[i] = std::cos(angle);
    sine_[i] = std::sin(angle);
  }
}

void Rotation::turn(std::span<float> head) const {
  const std::size_t half = frequency_.size();
  for (std::size_t i = 0; i < half; ++i) {
    const float a = head[i], b = head[i + half];
    head[i] = a * cosine_[i] - b * sine_[i];
    head[i + half] = a * sine_[i] + b * cosine_[i];
  }
}

std::size_t greatest(std::span<const float> values) {
  const float most = HWY_DYNAMIC_DISPATCH(Most)(values.data(), values.size());
  const auto found = std::find(values.begin(), values.end(), most);
  return found == values.end() ? 0 : std::size_t(found - values.begin());  // not a number is never found
}

}  // namespace sextant::probes
#endif
