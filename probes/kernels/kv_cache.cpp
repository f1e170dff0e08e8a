// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/kv_cache.hpp"

#include <cmath>
#include <cstring>

#include "probes/kernels/attention.hpp"
#include "probes/kernels/matrix.hpp"

namespace sextant::probes {

namespace {

std::vector<float> load(const KvLayout& layout, const std::byte* numbers, const std::byte* scale, std::size_t count) {
  std::vector<float> result(count);
  if (layout.format == KvFormat::f16) {
    decode(Format::f16, {numbers, count * 2}, result);
    return result;
  }
  float factor;
  std::memcpy(&factor, scale, sizeof factor);
  for (std::size_t i = 0; i < count; ++i) result[i] = factor * float(std::to_integer<std::int8_t>(numbers[i]));
  return result;
}

}  // namespace

std::string_view name(KvFormat format) { return format == KvFormat::f16 ? "f16" : "int8"; }

std::optional<KvFormat> kv_format_from_name(std::string_view name) {
  if (name == "f16") return KvFormat::f16;
  if (name == "int8") return KvFormat::int8;
  return std::nullopt;
}

std::vector<float> load_key(const KvLayout& layout, KvPages pages, std::size_t token) {
  const std::byte* page = pages[token / layout.page_tokens];
  const std::size_t slot = token % layout.page_tokens;
  return load(layout, page + layout.key_at(slot), page + layout.key_scale_at(slot), layout.key);
}

std::vector<float> load_value(const KvLayout& layout, KvPages pages, std::size_t token) {
  const std::byte* page = pages[token / layout.page_tokens];
  const std::size_t slot = token % layout.page_tokens;
  return load(layout, page + layout.value_at(slot), page + layout.value_scale_at(slot), layout.value);
}

std::vector<double> attend_plainly(const KvLayout& layout, KvPages pages, std::size_t tokens,
                                   std::span<const float> queries) {
  const std::size_t heads = queries.size() / layout.key;
  std::vector<double> scores(heads * tokens), output(heads * layout.value);
  for (std::size_t t = 0; t < tokens; ++t) {
    const auto key = load_key(layout, pages, t);
    for (std::size_t h = 0; h < heads; ++h) {
      for (std::size_t c = 0; c < layout.key; ++c) {
        scores[h * tokens + t] += double(queries[h * layout.key + c]) * double(key[c]);
      }
    }
  }
  std::vector<double> sums(heads);
  for (std::size_t h = 0; h < heads; ++h) {
    double most = -INFINITY;
    for (std::size_t t = 0; t < tokens; ++t) most = std::max(most, scores[h * tokens + t]);
    for (std::size_t t = 0; t < tokens; ++t) {
      scores[h * tokens + t] = std::exp(scores[h * tokens + t] - most);
      sums[h] += scores[h * tokens + t];
    }
  }
  for (std::size_t t = 0; t < tokens; ++t) {
    const auto value = load_value(layout, pages, t);
    for (std::size_t h = 0; h < heads; ++h) {
      const double weight = scores[h * tokens + t] / sums[h];
      for (std::size_t c = 0; c < layout.value; ++c) output[h * layout.value + c] += weight * double(value[c]);
    }
  }
  return output;
}

}  // namespace sextant::probes
