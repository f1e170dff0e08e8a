// SPDX-License-Identifier: Apache-2.0
#include "probes/decode/decoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sextant::probes {

KvLayout kv_layout(const ModelShape& shape, std::size_t tokens) {
  return {KvFormat::f16, shape.head(), shape.head(), false, (tokens + kv_tile - 1) / kv_tile * kv_tile};
}

std::size_t kv_cache_bytes(const ModelShape& shape, std::size_t tokens) {
  return shape.layers * shape.kv_heads * kv_layout(shape, tokens).page_bytes();
}

KvCache kv_cache(const ModelShape& shape, std::size_t tokens, std::span<std::byte> memory) {
  KvCache cache{kv_layout(shape, tokens), shape.kv_heads, {}};
  for (std::size_t i = 0; i < shape.layers * shape.kv_heads; ++i) {
    cache.pages.push_back(memory.subspan(i * cache.layout.page_bytes(), cache.layout.page_bytes()).data());
  }
  return cache;
}

Decoder::Member::Member(const Model& model, std::size_t rows_of_gate)
    : hidden(model.format, model.shape.hidden),
      gated(model.format, model.shape.feed_forward),
      normed(model.shape.hidden),
      heads((model.shape.group() + 1) * model.shape.head()),
      attended(model.shape.hidden),
      up(rows_of_gate),
      rotation(model.shape.head(), rotary_base),
      parts(model.shape.kv_heads, PartialAttention(model.shape.group(), model.shape.head())) {}

Decoder::Decoder(Model model, KvCache cache, int members, DecodeKernels kernels)
    : model_(std::move(model)),
      cache_(std::move(cache)),
      kernels_(std::move(kernels)),
      members_count_(std::size_t(members)),
      barrier_(members) {
  const ModelShape& shape = model_.shape;
  for (std::size_t l = 0; l < shape.layers; ++l) {
    results_.layers.push_back({Aligned<float>(shape.hidden), Aligned<float>(shape.projected()),
                               Aligned<float>(shape.hidden), Aligned<float>(shape.hidden),
                               Aligned<float>(shape.feed_forward)});
  }
  results_.output.resize(shape.hidden);
  results_.logits.resize(shape.vocabulary);
  for (int m = 0; m < members; ++m) {
    const Share rows = share(m, shape.feed_forward);
    members_.emplace_back(model_, rows.end - rows.begin);
    members_.back().combined.reserve(std::size_t(members));
  }
}

std::size_t Decoder::step(int member, std::size_t token, std::size_t position) {
  if (member == 0) since_ = clock_();
  embed(member, token, position);
  meet(member, Phase::other);
  for (std::size_t layer = 0; layer < model_.layers.size(); ++layer) {
    project(member, layer);
    meet(member, Phase::project);
    attend_own(member, layer, position);
    meet(member, Phase::attend);
    put_out(member, layer, position);
    meet(member, Phase::project);
    gate_and_up(member, layer);
    meet(member, Phase::feed_forward);
    down(member, layer);
    meet(member, Phase::feed_forward);
  }
  head(member);
  meet(member, Phase::head);
  std::size_t best = members_[0].best;
  for (const Member& each : members_) {
    if (results_.logits[each.best] > results_.logits[best]) best = each.best;
  }
  return best;
}

// x = row of the embedding * embedding_scale
void Decoder::embed(int member, std::size_t token, std::size_t position) {
  const std::size_t hidden = model_.shape.hidden;
  const Share blocks = share(member, hidden / scale_block);
  const std::size_t first = blocks.begin * scale_block, count = (blocks.end - blocks.begin) * scale_block;
  const auto row = model_.row(model_.embedding, hidden, token);
  const auto x = std::span(results_.layers[0].input).subspan(first, count);
  decode(model_.format, row.subspan(row_bytes(model_.format, first), row_bytes(model_.format, count)), x);
  for (float& each : x) each *= embedding_scale;
  me(member).rotation.set(position);
}

// q, k, v = W_qkv norm(x)
void Decoder::project(int member, std::size_t layer) {
  Member& m = me(member);
  LayerResults& results = results_.layers[layer];
  normalise(results.input, model_.layers[layer].attention_norm, norm_epsilon, m.normed);
  m.hidden.set(m.normed);
  multiply(model_.layers[layer].query_key_value, m.hidden, share(member, results.query_key_value.size()),
           results.query_key_value);
}

// softmax(rotated q rotated K / sqrt(head)) V, gathered over the member's pieces of the context. Who has the last piece of
// a KV head, and nobody else, reads the newest key and value, and so adds them.
void Decoder::attend_own(int member, std::size_t layer, std::size_t position) {
  Member& m = me(member);
  const ModelShape& shape = model_.shape;
  const std::size_t head = shape.head(), group = shape.group();
  const auto projected = std::span<const float>(results_.layers[layer].query_key_value);
  const auto queries = std::span(m.heads).first(group * head), key = std::span(m.heads).last(head);
  shares(position).each_piece(std::size_t(member), [&](std::size_t h, std::size_t first, std::size_t last) {
    if (last == position + 1) {
      std::copy_n(projected.subspan((shape.heads + h) * head).begin(), head, key.begin());
      m.rotation.turn(key);
      kernels_.store(cache_.layout, cache_.of(layer, h), position, key,
                     projected.subspan((shape.heads + shape.kv_heads + h) * head, head));
    }
    std::copy_n(projected.subspan(h * group * head).begin(), group * head, queries.begin());
    for (std::size_t q = 0; q < group; ++q) m.rotation.turn(queries.subspan(q * head, head));
    for (float& each : queries) each *= 1 / std::sqrt(float(head));
    m.parts[h].clear();
    attend(cache_.layout, cache_.of(layer, h), first, last, queries, m.parts[h]);
  });
}

// x += W_o attention
void Decoder::put_out(int member, std::size_t layer, std::size_t position) {
  Member& m = me(member);
  const ModelShape& shape = model_.shape;
  const std::size_t numbers = shape.group() * shape.head();
  for (std::size_t h = 0; h < shape.kv_heads; ++h) {
    m.combined.clear();
    shares(position).each_holder(h, [&](std::size_t other) { m.combined.push_back(&members_[other].parts[h]); });
    combine(m.combined, std::span(m.attended).subspan(h * numbers, numbers));
  }
  LayerResults& results = results_.layers[layer];
  if (member == 0) std::copy(m.attended.begin(), m.attended.end(), results.attended.begin());
  m.hidden.set(m.attended);
  const Share rows = share(member, shape.hidden);
  multiply(model_.layers[layer].output, m.hidden, rows, results.middle);
  add(std::span(results.input).subspan(rows.begin, rows.end - rows.begin),
      std::span(results.middle).subspan(rows.begin, rows.end - rows.begin));
}

// SiLU(W_gate norm(x)) * (W_up norm(x))
void Decoder::gate_and_up(int member, std::size_t layer) {
  Member& m = me(member);
  const LayerWeights& weights = model_.layers[layer];
  LayerResults& results = results_.layers[layer];
  normalise(results.middle, weights.feed_forward_norm, norm_epsilon, m.normed);
  m.hidden.set(m.normed);
  const Share rows = share(member, model_.shape.feed_forward);
  const std::size_t bytes = row_bytes(model_.format, model_.shape.hidden), count = rows.end - rows.begin;
  const auto gated = std::span(results.gated).subspan(rows.begin, count);
  if (count == 0) return;
  kernels_.multiply(weights.gate.subspan(rows.begin * bytes, count * bytes), m.hidden, gated, count);
  kernels_.multiply(weights.up.subspan(rows.begin * bytes, count * bytes), m.hidden, m.up, count);
  gate(gated, m.up, gated);
}

// x += W_down gated
void Decoder::down(int member, std::size_t layer) {
  Member& m = me(member);
  const LayerResults& results = results_.layers[layer];
  m.gated.set(results.gated);
  const Share rows = share(member, model_.shape.hidden);
  multiply(model_.layers[layer].down, m.gated, rows, after(layer));
  add(std::span(results.middle).subspan(rows.begin, rows.end - rows.begin),
      after(layer).subspan(rows.begin, rows.end - rows.begin));
}

// logits = W_head norm(x), and the greatest of the member's
void Decoder::head(int member) {
  Member& m = me(member);
  normalise(results_.output, model_.final_norm, norm_epsilon, m.normed);
  m.hidden.set(m.normed);
  const Share rows = share(member, model_.shape.vocabulary);
  m.bits = 0;
  m.best = rows.begin < rows.end ? rows.begin : 0;
  if (rows.begin == rows.end) return;
  multiply(model_.head, m.hidden, rows, results_.logits);
  const auto logits = std::span<const float>(results_.logits).subspan(rows.begin, rows.end - rows.begin);
  m.best += greatest(logits);
  for (const float each : logits) m.bits += std::bit_cast<std::uint32_t>(each);
}

// Whole cache lines of results and whole blocks of gates to a member.
Decoder::Share Decoder::share(int member, std::size_t rows) const {
  const std::size_t unit = rows % scale_block == 0 ? scale_block : 1, units = rows / unit;
  const auto at = [&](std::size_t m) { return units * m / members_count_ * unit; };
  return {at(std::size_t(member)), at(std::size_t(member) + 1)};
}

std::span<float> Decoder::after(std::size_t layer) {
  return layer + 1 < results_.layers.size() ? results_.layers[layer + 1].input : results_.output;
}

void Decoder::multiply(std::span<const std::byte> matrix, const Activations& x, Share rows, std::span<float> y) const {
  const std::size_t bytes = row_bytes(model_.format, x.columns()), count = rows.end - rows.begin;
  if (count > 0) {
    kernels_.multiply(matrix.subspan(rows.begin * bytes, count * bytes), x, y.subspan(rows.begin, count), count);
  }
}

void Decoder::meet(int member, Phase phase) {
  barrier_.arrive_and_wait();
  if (member != 0) return;
  const double now = clock_();
  seconds_[std::size_t(phase)] += now - since_;
  since_ = now;
}

std::uint64_t Decoder::fingerprint() const {
  std::uint64_t sum = 0;
  for (const Member& each : members_) sum += each.bits;
  return sum;
}

}  // namespace sextant::probes
