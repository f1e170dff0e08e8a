// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/attention.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/attention.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// After highway.h, which says for which target.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kv_tile>;  // rows are a whole number of these
using V = hn::Vec<D>;

// Rows of keys or values in each format, read as float32.
struct F16Rows {
  const std::byte* first;
  std::size_t bytes;  // from one row to the next
  HWY_INLINE V Load(std::size_t row, std::size_t c) const {
    const hn::Rebind<hwy::float16_t, D> d16;
    return hn::PromoteTo(D(), hn::LoadU(d16, reinterpret_cast<const hwy::float16_t*>(first + row * bytes) + c));
  }
};

struct Int8Rows {
  const std::byte* first;
  std::size_t bytes;
  HWY_INLINE V Load(std::size_t row, std::size_t c) const {
    const hn::Rebind<std::int8_t, D> d8;
    const hn::Rebind<std::int32_t, D> d32;
    const auto levels = hn::LoadU(d8, reinterpret_cast<const std::int8_t*>(first + row * bytes) + c);
    return hn::ConvertTo(D(), hn::PromoteTo(d32, levels));
  }
};

struct F32Rows {
  const float* first;
  std::size_t numbers;
  HWY_INLINE V Load(std::size_t row, std::size_t c) const { return hn::LoadU(D(), first + row * numbers + c); }
};

// A tile: up to kv_tile tokens in one page; scales are null where there are none.
template <class Rows>
struct Tile {
  Rows keys, values;
  std::size_t tokens;
  const float *key_scales, *value_scales;
};

// Adds up the lanes of eight vectors into eight places. Halving all at once takes a third of the instructions that one
// after the other take.
HWY_INLINE void SumEight(V a, V b, V c, V e, V f, V g, V h, V i, float* HWY_RESTRICT sums) {
  const D d;
#if HWY_CAP_GE256 && !HWY_HAVE_SCALABLE
  const auto halve = [&](V low, V high)
                         HWY_ATTR { return hn::Add(hn::ConcatEven(d, high, low), hn::ConcatOdd(d, high, low)); };
  auto all = halve(halve(halve(a, b), halve(c, e)), halve(halve(f, g), halve(h, i)));
  if (hn::Lanes(d) == 16) all = halve(all, all);
  hn::StoreU(all, d, sums);
#else
  std::size_t k = 0;
  const auto add_up = [&](V v) HWY_ATTR { sums[k++] = hn::GetLane(hn::SumOfLanes(d, v)); };
  add_up(a), add_up(b), add_up(c), add_up(e), add_up(f), add_up(g), add_up(h), add_up(i);
#endif
}

// scores[query][token] of N queries with two tokens: each piece of a row and of a query is loaded once for the products
// that need it, and up to eight sums are under way.
template <int N, class Rows>
HWY_INLINE void ScorePair(const Rows& keys, std::size_t t, std::size_t u, const float* HWY_RESTRICT q, std::size_t key,
                          float* HWY_RESTRICT scores) {
  const D d;
  auto a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (std::size_t c = 0; c < key; c += hn::Lanes(d)) {
    const auto kt = keys.Load(t, c), ku = keys.Load(u, c);
    const auto q0 = hn::LoadU(d, q + c);
    a0 = hn::MulAdd(q0, kt, a0);
    b0 = hn::MulAdd(q0, ku, b0);
    if constexpr (N > 1) {
      const auto q1 = hn::LoadU(d, q + key + c);
      a1 = hn::MulAdd(q1, kt, a1);
      b1 = hn::MulAdd(q1, ku, b1);
    }
    if constexpr (N > 2) {
      const auto q2 = hn::LoadU(d, q + 2 * key + c);
      a2 = hn::MulAdd(q2, kt, a2);
      b2 = hn::MulAdd(q2, ku, b2);
    }
    if constexpr (N > 3) {
      const auto q3 = hn::LoadU(d, q + 3 * key + c);
      a3 = hn::MulAdd(q3, kt, a3);
      b3 = hn::MulAdd(q3, ku, b3);
    }
  }
  if constexpr (N > 2) {
    HWY_ALIGN float sums[kv_tile];  // a whole vector, of which eight count
    SumEight(a0, b0, a1, b1, a2, b2, a3, b3, sums);
    for (std::size_t n = 0; n < N; ++n) {
      scores[n * kv_tile + t] = sums[2 * n];
      scores[n * kv_tile + u] = sums[2 * n + 1];
    }
  } else {
    const auto put = [&](std::size_t query, V a, V b) HWY_ATTR {
      scores[query * kv_tile + t] = hn::GetLane(hn::SumOfLanes(d, a));
      scores[query * kv_tile + u] = hn::GetLane(hn::SumOfLanes(d, b));
    };
    put(0, a0, b0);
    if constexpr (N > 1) put(1, a1, b1);
  }
}

// weighted = weighted * factor + sum over the tokens of weight * value, for N queries and two vectors of columns, whose
// sums stay in registers over the whole tile.
template <int N, class Rows>
HWY_INLINE void WeighColumns(const Tile<Rows>& tile, const float* HWY_RESTRICT weights, const float* factors,
                             std::size_t c, std::size_t value, float* HWY_RESTRICT weighted) {
  const D d;
  const std::size_t e = c + hn::Lanes(d);
  const auto begin = [&](std::size_t query, std::size_t column) HWY_ATTR {
    return query < N ? hn::Mul(hn::LoadU(d, weighted + query * value + column), hn::Set(d, factors[query]))
                     : hn::Zero(d);
  };
  auto a0 = begin(0, c), a1 = begin(1, c), a2 = begin(2, c), a3 = begin(3, c);
  auto b0 = begin(0, e), b1 = begin(1, e), b2 = begin(2, e), b3 = begin(3, e);
  for (std::size_t t = 0; t < tile.tokens; ++t) {
    const auto va = tile.values.Load(t, c), vb = tile.values.Load(t, e);
    const auto w0 = hn::Set(d, weights[t]);
    a0 = hn::MulAdd(w0, va, a0);
    b0 = hn::MulAdd(w0, vb, b0);
    if constexpr (N > 1) {
      const auto w1 = hn::Set(d, weights[kv_tile + t]);
      a1 = hn::MulAdd(w1, va, a1);
      b1 = hn::MulAdd(w1, vb, b1);
    }
    if constexpr (N > 2) {
      const auto w2 = hn::Set(d, weights[2 * kv_tile + t]);
      a2 = hn::MulAdd(w2, va, a2);
      b2 = hn::MulAdd(w2, vb, b2);
    }
    if constexpr (N > 3) {
      const auto w3 = hn::Set(d, weights[3 * kv_tile + t]);
      a3 = hn::MulAdd(w3, va, a3);
      b3 = hn::MulAdd(w3, vb, b3);
    }
  }
  const auto end = [&](std::size_t query, V a, V b) HWY_ATTR {
    hn::StoreU(a, d, weighted + query * value + c);
    hn::StoreU(b, d, weighted + query * value + e);
  };
  end(0, a0, b0);
  if constexpr (N > 1) end(1, a1, b1);
  if constexpr (N > 2) end(2, a2, b2);
  if constexpr (N > 3) end(3, a3, b3);
}

// Scores into weights exp(score - greatest), the greatest so far included; sets the factor by which what was gathered
// before shrinks. Slots without a token get weight 0.
template <class Rows>
HWY_INLINE void Soften(const Tile<Rows>& tile, float* HWY_RESTRICT scores, float* greatest, float* sum, float* factor) {
  const D d;
  float most = *greatest;
  for (std::size_t t = 0; t < tile.tokens; ++t) {
    if (tile.key_scales) scores[t] *= tile.key_scales[t];
    most = scores[t] > most ? scores[t] : most;
  }
  for (std::size_t t = tile.tokens; t < kv_tile; ++t) scores[t] = most - 1000;
  auto total = hn::Zero(d);
  for (std::size_t t = 0; t < kv_tile; t += hn::Lanes(d)) {
    const auto weight = hn::Exp(d, hn::Sub(hn::LoadU(d, scores + t), hn::Set(d, most)));
    total = hn::Add(total, weight);
    hn::StoreU(weight, d, scores + t);
  }
  *factor = *greatest == most ? 1 : hn::GetLane(hn::Exp(d, hn::Set(d, *greatest - most)));
  *sum = *sum * *factor + hn::GetLane(hn::SumOfLanes(d, total));
  *greatest = most;
  for (std::size_t t = 0; tile.value_scales && t < tile.tokens; ++t) scores[t] *= tile.value_scales[t];
}

template <int N, class Rows>
HWY_INLINE void AttendQueries(const Tile<Rows>& tile, const float* queries, std::size_t key, std::size_t value,
                              float* greatest, float* sum, float* weighted) {
  HWY_ALIGN float scores[N * kv_tile];
  float factors[4];
  for (std::size_t t = 0; t < tile.tokens; t += 2) {
    ScorePair<N>(tile.keys, t, t + 1 < tile.tokens ? t + 1 : t, queries, key, scores);
  }
  for (std::size_t n = 0; n < N; ++n) Soften(tile, scores + n * kv_tile, greatest + n, sum + n, factors + n);
  for (std::size_t c = 0; c < value; c += 2 * hn::Lanes(D())) {
    WeighColumns<N>(tile, scores, factors, c, value, weighted);
  }
}

template <class Rows>
void AttendTile(const Tile<Rows>& tile, const float* queries, std::size_t key, PartialAttention& part) {
  const std::size_t value = part.value;
  std::size_t n = 0;
  const auto with = [&](auto count) HWY_ATTR {
    AttendQueries<decltype(count)::value>(tile, queries + n * key, key, value, part.greatest.data() + n,
                                          part.sum.data() + n, part.weighted.data() + n * value);
    n += count;
  };
  while (n + 4 <= part.sum.size()) with(std::integral_constant<int, 4>());
  if (part.sum.size() - n == 3) with(std::integral_constant<int, 3>());
  if (part.sum.size() - n == 2) with(std::integral_constant<int, 2>());
  if (part.sum.size() - n == 1) with(std::integral_constant<int, 1>());
}

template <class Rows>
HWY_INLINE void Widen(const Rows& rows, std::size_t tokens, std::size_t numbers, float* HWY_RESTRICT to) {
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t c = 0; c < numbers; c += hn::Lanes(D())) hn::StoreU(rows.Load(t, c), D(), to + t * numbers + c);
  }
}

// Few query heads read the rows as they are. Many would convert each row over and over: they read a copy in float32.
template <class Rows>
void AttendPages(const KvLayout& layout, KvPages pages, std::size_t first, std::size_t last, const float* queries,
                 PartialAttention& part) {
  HWY_ALIGN float wide_keys[kv_tile * most_key], wide_values[kv_tile * most_key];
  const bool scaled = layout.scale_bytes() > 0, many = part.sum.size() > 4;
  for (std::size_t t = first; t < last; t += kv_tile) {
    const std::byte* page = pages[t / layout.page_tokens];
    const std::size_t slot = t % layout.page_tokens;
    const auto scales = [&](std::size_t at) {
      return scaled ? reinterpret_cast<const float*>(page + at) : static_cast<const float*>(nullptr);
    };
    const Tile<Rows> tile{{page + layout.key_at(slot), layout.key_bytes()},
                          {page + layout.value_at(slot), layout.one_row ? layout.key_bytes() : layout.value_bytes()},
                          last - t < kv_tile ? last - t : kv_tile,
                          scales(layout.key_scale_at(slot)),
                          scales(layout.value_scale_at(slot))};
    if (!many) {
      AttendTile(tile, queries, layout.key, part);
      continue;
    }
    Widen(tile.keys, tile.tokens, layout.key, wide_keys);
    if (!layout.one_row) Widen(tile.values, tile.tokens, layout.value, wide_values);
    const F32Rows keys{wide_keys, layout.key};
    const F32Rows values = layout.one_row ? keys : F32Rows{wide_values, layout.value};
    AttendTile(Tile<F32Rows>{keys, values, tile.tokens, tile.key_scales, tile.value_scales}, queries, layout.key, part);
  }
}

void Attend(const KvLayout& layout, KvPages pages, std::size_t first, std::size_t last, const float* queries,
            PartialAttention& part) {
  if (layout.format == KvFormat::f16) {
    AttendPages<F16Rows>(layout, pages, first, last, queries, part);
  } else {
    AttendPages<Int8Rows>(layout, pages, first, last, queries, part);
  }
}

void StoreF16(const float* from, std::size_t numbers, std::byte* to) {
  const D d;
  const hn::Rebind<hwy::float16_t, D> d16;
  for (std::size_t c = 0; c < numbers; c += hn::Lanes(d)) {
    hn::StoreU(hn::DemoteTo(d16, hn::LoadU(d, from + c)), d16, reinterpret_cast<hwy::float16_t*>(to) + c);
  }
}

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace sextant::probes {

HWY_EXPORT(Attend);
HWY_EXPORT(StoreF16);

namespace {

void store_int8(std::span<const float> from, std::byte* to, std::byte* scale_to) {
  float most = 0;
  for (const float value : from) most = std::max(most, std::abs(value));
  const float scale = most / 127;
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = std::byte(std::int8_t(scale > 0 ? std::lround(from[i] / scale) : 0));
  }
  std::memcpy(scale_to, &scale, sizeof scale);
}

}  // namespace

void store_token(const KvLayout& layout, KvPages pages, std::size_t token, std::span<const float> key,
                 std::span<const float> value) {
  if (key.size() != layout.key || (!layout.one_row && value.size() != layout.value)) {
    throw std::invalid_argument("store_token: sizes do not fit");
  }
  std::byte* page = pages[token / layout.page_tokens];
  const std::size_t slot = token % layout.page_tokens;
  const auto store = [&](std::span<const float> from, std::size_t at, std::size_t scale_at) {
    if (layout.format == KvFormat::f16) {
      HWY_DYNAMIC_DISPATCH(StoreF16)(from.data(), from.size(), page + at);
    } else {
      store_int8(from, page + at, page + scale_at);
    }
  };
  store(key, layout.key_at(slot), layout.key_scale_at(slot));
  if (!layout.one_row) store(value, layout.value_at(slot), layout.value_scale_at(slot));
}

PartialAttention::PartialAttention(std::size_t queries, std::size_t numbers)
    : value(numbers), greatest(queries), sum(queries), weighted(queries * numbers) {
  clear();
}

void PartialAttention::clear() {
  std::fill(greatest.begin(), greatest.end(), -std::numeric_limits<float>::infinity());
  std::fill(sum.begin(), sum.end(), 0.0f);
  std::fill(weighted.begin(), weighted.end(), 0.0f);
}

void attend(const KvLayout& layout, KvPages pages, std::size_t first, std::size_t last, std::span<const float> queries,
            PartialAttention& part) {
  if (layout.key % 32 != 0 || layout.value % 32 != 0 || layout.key > most_key || layout.value > most_key ||
      (layout.one_row && layout.value > layout.key) || part.value != layout.value || part.sum.size() > most_queries ||
      queries.size() != part.sum.size() * layout.key || layout.page_tokens % kv_tile != 0 || first % kv_tile != 0 ||
      last > pages.size() * layout.page_tokens) {
    throw std::invalid_argument("attend: sizes do not fit");
  }
  HWY_DYNAMIC_DISPATCH(Attend)(layout, pages, first, last, queries.data(), part);
}

void combine(std::span<const PartialAttention* const> parts, std::span<float> output) {
  const std::size_t queries = parts.front()->sum.size(), value = parts.front()->value;
  for (std::size_t q = 0; q < queries; ++q) {
    float most = -std::numeric_limits<float>::infinity(), sum = 0;
    for (const auto* part : parts) most = std::max(most, part->greatest[q]);
    const auto to = output.subspan(q * value, value);
    std::fill(to.begin(), to.end(), 0.0f);
    for (const auto* part : parts) {
      if (part->sum[q] == 0) continue;
      const float factor = std::exp(part->greatest[q] - most);
      sum += factor * part->sum[q];
      for (std::size_t c = 0; c < value; ++c) to[c] += factor * part->weighted[q * value + c];
    }
    for (float& each : to) each /= sum;
  }
}

}  // namespace sextant::probes
#endif
