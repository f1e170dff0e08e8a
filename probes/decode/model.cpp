// SPDX-License-Identifier: Apache-2.0
#include "probes/decode/model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace sextant::probes {

namespace {

// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

float uniform(std::uint64_t number, float most) { return (float(mix(number) >> 40) * 0x1p-23f - 1) * most; }

}  // namespace

std::size_t matrix_bytes(const ModelShape& shape, Format format) {
  return bytes_read(shape, format) + shape.vocabulary * row_bytes(format, shape.hidden);
}

std::size_t bytes_read(const ModelShape& shape, Format format) {
  const std::size_t blocks = (shape.layers * shape.layer_weights() + shape.vocabulary * shape.hidden) / scale_block;
  return blocks * row_bytes(format, scale_block);
}

Model lay_out(const ModelShape& shape, Format format, std::span<const std::byte> memory) {
  if (memory.size() < matrix_bytes(shape, format)) throw std::invalid_argument("lay_out: too little memory");
  std::vector<float> norms((2 * shape.layers + 1) * shape.hidden);
  for (std::size_t i = 0; i < norms.size(); ++i) norms[i] = 1 + uniform(i, 0.25f);
  Model model{shape, format, {}, {}, {}, {}, std::make_shared<const std::vector<float>>(std::move(norms))};
  const auto matrix = [&](std::size_t rows, std::size_t columns) {
    const auto taken = memory.first(rows * row_bytes(format, columns));
    memory = memory.subspan(taken.size());
    return taken;
  };
  const auto norm = [&](std::size_t i) {
    return std::span<const float>(*model.norms).subspan(i * shape.hidden, shape.hidden);
  };
  model.embedding = matrix(shape.vocabulary, shape.hidden);
  for (std::size_t l = 0; l < shape.layers; ++l) {
    LayerWeights layer;
    layer.attention_norm = norm(2 * l);
    layer.feed_forward_norm = norm(2 * l + 1);
    layer.query_key_value = matrix(shape.projected(), shape.hidden);
    layer.output = matrix(shape.hidden, shape.hidden);
    layer.gate = matrix(shape.feed_forward, shape.hidden);
    layer.up = matrix(shape.feed_forward, shape.hidden);
    layer.down = matrix(shape.hidden, shape.feed_forward);
    model.layers.push_back(layer);
  }
  model.head = matrix(shape.vocabulary, shape.hidden);
  model.final_norm = norm(2 * shape.layers);
  return model;
}

WeightPattern::WeightPattern(Format format) {
  constexpr std::size_t blocks = 65521;  // the greatest prime below 2^16
  const float most = 0.02f * std::sqrt(3.0f);
  std::vector<float> numbers(scale_block);
  const std::size_t bytes = row_bytes(format, scale_block);
  bytes_.resize(blocks * bytes);
  for (std::size_t b = 0; b < blocks; ++b) {
    for (std::size_t i = 0; i < scale_block; ++i) numbers[i] = uniform(b * scale_block + i, most);
    encode(format, numbers, std::span(bytes_).subspan(b * bytes, bytes));
  }
}

void WeightPattern::fill(std::span<std::byte> memory, std::size_t begin, std::size_t end) const {
  while (begin < end) {
    const std::size_t from = begin % bytes_.size(), count = std::min(end - begin, bytes_.size() - from);
    std::copy_n(bytes_.begin() + std::ptrdiff_t(from), count, memory.begin() + std::ptrdiff_t(begin));
    begin += count;
  }
}

}  // namespace sextant::probes
