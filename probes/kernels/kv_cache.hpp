// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// How keys and values of the tokens so far lie in memory, for attention over them.
namespace sextant::probes {

enum class KvFormat { f16, int8 };

std::string_view name(KvFormat format);  // "f16", "int8"
std::optional<KvFormat> kv_format_from_name(std::string_view name);

// Tokens that attention works on together, and the least page of a paged cache, as in vLLM.
inline constexpr std::size_t kv_tile = 16;

// One page of one KV head: the keys of its tokens row after row, then the values likewise, then for int8 the float32
// scales of the keys and of the values, one per token. Where a token has one row for both (the latent vector of
// multi-head latent attention, DeepSeek-V2, arXiv:2405.04434), it stands once, and its first `value` numbers are the
// value. A contiguous cache is one page as long as the context.
struct KvLayout {
  KvFormat format = KvFormat::f16;
  std::size_t key = 128, value = 128;  // numbers a row, multiples of 32
  bool one_row = false;
  std::size_t page_tokens = kv_tile;  // a multiple of kv_tile

  std::size_t key_bytes() const { return key * (format == KvFormat::f16 ? 2 : 1); }
  std::size_t value_bytes() const { return value * (format == KvFormat::f16 ? 2 : 1); }
  std::size_t scale_bytes() const { return format == KvFormat::int8 ? sizeof(float) : 0; }

  // What one token takes in one head, and what one page of one head takes.
  std::size_t token_bytes() const {
    return key_bytes() + scale_bytes() + (one_row ? 0 : value_bytes() + scale_bytes());
  }
  std::size_t page_bytes() const { return page_tokens * token_bytes(); }

  // Where in a page the numbers and scales of its token `slot` begin.
  std::size_t key_at(std::size_t slot) const { return slot * key_bytes(); }
  std::size_t value_at(std::size_t slot) const {
    return one_row ? key_at(slot) : page_tokens * key_bytes() + slot * value_bytes();
  }
  std::size_t key_scale_at(std::size_t slot) const {
    return page_tokens * (key_bytes() + (one_row ? 0 : value_bytes())) + slot * scale_bytes();
  }
  std::size_t value_scale_at(std::size_t slot) const {
    return one_row ? key_scale_at(slot) : key_scale_at(page_tokens) + slot * scale_bytes();
  }
};

// The pages of one head in the order of its tokens.
using KvPages = std::span<std::byte* const>;

// Writes key and value of one token, rounded to nearest; for int8 the scale is the greatest magnitude / 127. `value` is
// ignored where a token has one row. Allocates nothing.
void store_token(const KvLayout& layout, KvPages pages, std::size_t token, std::span<const float> key,
                 std::span<const float> value);

// What is written there.
std::vector<float> load_key(const KvLayout& layout, KvPages pages, std::size_t token);
std::vector<float> load_value(const KvLayout& layout, KvPages pages, std::size_t token);

}  // namespace sextant::probes
