// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "probes/kernels/aligned.hpp"
#include "probes/kernels/kv_cache.hpp"

// Attention of the query heads that share one KV head over the tokens so far: softmax(q K) V.
namespace sextant::probes {

// The most query heads a KV head may serve, and the most numbers a key may have.
inline constexpr std::size_t most_queries = 128, most_key = 576;

// What has been gathered from some tokens for each query head: the greatest score, the sum of exp(score - greatest), and
// the values weighted with the same (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018,
// arXiv:1805.02867). Parts gathered from different tokens can be combined.
struct PartialAttention {
  PartialAttention(std::size_t queries, std::size_t numbers);  // of a value
  void clear();

  std::size_t value;
  Aligned<float> greatest, sum;  // [query]
  Aligned<float> weighted;       // [query][value]
};

// Adds tokens [first, last) of one KV head to `part`. `first` is a multiple of kv_tile. queries[query][key] are already
// multiplied with 1 / sqrt(key). Throws std::invalid_argument for sizes that do not fit. Allocates nothing. Score and
// sums are float32.
void attend(const KvLayout& layout, KvPages pages, std::size_t first, std::size_t last, std::span<const float> queries,
            PartialAttention& part);

// output[query][value] = weighted / sum of all parts together, which are of the same head and not all empty (Dao et al.,
// "Flash-Decoding for long-context inference", 2023). Allocates nothing.
void combine(std::span<const PartialAttention* const> parts, std::span<float> output);

// The same in double precision, straight from the definition: what the fast one is held against.
std::vector<double> attend_plainly(const KvLayout& layout, KvPages pages, std::size_t tokens,
                                   std::span<const float> queries);

}  // namespace sextant::probes
