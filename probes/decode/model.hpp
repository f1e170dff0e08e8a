// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "probes/kernels/matrix.hpp"

// The weights of a Llama-shaped decoder: random numbers in the shapes of a real one.
namespace sextant::probes {

// Touvron et al., "LLaMA", 2023, arXiv:2302.13971, with the grouped queries of Llama 2 and 3.
struct ModelShape {
  std::size_t layers, hidden, heads, kv_heads, feed_forward, vocabulary;

  std::size_t head() const { return hidden / heads; }                        // numbers of a head
  std::size_t group() const { return heads / kv_heads; }                     // query heads on a KV head
  std::size_t projected() const { return (heads + 2 * kv_heads) * head(); }  // numbers of queries, keys and values

  // Numbers in the matrices of a layer: queries, keys and values; output; gate, up and down.
  std::size_t layer_weights() const { return hidden * (projected() + hidden + 3 * feed_forward); }
  // All, with the embedding, the head that turns the last hidden vector into logits, and the norms.
  std::size_t weights() const { return layers * (layer_weights() + 2 * hidden) + hidden + 2 * vocabulary * hidden; }
};

// layers, hidden, heads, KV heads, feed-forward, vocabulary. The arithmetic of the first: 4 layers of 256 x (384 + 256 +
// 3 x 768) + 512, 256 for the last norm, 2 x 4096 x 256: 5,114,112.
inline constexpr ModelShape model_shapes[] = {
    {4, 256, 8, 2, 768, 4096},       //     5,114,112: for tests, and for machines with little memory
    {12, 768, 12, 4, 2048, 32000},   //   124,668,672
    {24, 1024, 16, 4, 4096, 32000},  //   430,490,624
    {22, 2048, 32, 4, 5632, 32000},  // 1,100,048,384: TinyLlama 1.1B
    {26, 2048, 32, 8, 6656, 32000},  // 1,467,066,368
};

struct LayerWeights {
  std::span<const float> attention_norm, feed_forward_norm;
  // Rows times columns: projected x hidden (queries first, then keys, then values), hidden x hidden, feed_forward x hidden
  // twice, hidden x feed_forward.
  std::span<const std::byte> query_key_value, output, gate, up, down;
};

struct Model {
  ModelShape shape;
  Format format;
  std::span<const std::byte> embedding, head;  // vocabulary x hidden
  std::vector<LayerWeights> layers;
  std::span<const float> final_norm;
  std::shared_ptr<const std::vector<float>> norms;  // what the spans of the norms look at

  std::span<const std::byte> row(std::span<const std::byte> matrix, std::size_t columns, std::size_t row) const {
    return matrix.subspan(row * row_bytes(format, columns), row_bytes(format, columns));
  }
};

// Bytes of all matrices, and of those that a step reads whole (all but the embedding).
std::size_t matrix_bytes(const ModelShape& shape, Format format);
std::size_t bytes_read(const ModelShape& shape, Format format);

// Lays the matrices into `memory` one after the other: embedding, layers, head. memory.size() >= matrix_bytes(). It says
// nothing about what is there.
Model lay_out(const ModelShape& shape, Format format, std::span<const std::byte> memory);

// Random weights, uniform with the standard deviation 0.02 that language models begin their training with, so that
// vectors neither vanish nor explode: what stands at a place depends on the place alone. A pattern of a prime number of
// blocks is repeated, so that no two rows of a matrix and no two layers are alike; making it is cheap, copying is as fast
// as memory.
class WeightPattern {
 public:
  explicit WeightPattern(Format format);
  // Fills the bytes [begin, end) of memory, whose first byte is place 0.
  void fill(std::span<std::byte> memory, std::size_t begin, std::size_t end) const;

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace sextant::probes
