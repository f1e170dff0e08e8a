// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/kernels/matrix.hpp"

// The loops behind multiply(), one family a file. Sizes were checked by the caller.
namespace sextant::probes {

// What one call works on: `rows` rows of weights with the vectors of x, into y[b * stride + r].
struct Product {
  const std::byte* weights;
  std::size_t rows;
  const Activations* x;
  float* y;
  std::size_t stride;
};

// Loops that take several rows at a time take them from as many parts of the matrix, in each of which they go on in order:
// hardware prefetchers then follow a few long streams over the ends of pages, where of rows side by side each would begin
// one anew. What lies some KiB on in a stream is asked for into the first-level cache; together that reaches the bandwidth
// that plain reads have, an eighth more than rows side by side did.
inline constexpr std::size_t line_bytes = 64;
template <std::size_t bytes = 4096>
inline void ask_ahead(const void* place) {
  __builtin_prefetch(static_cast<const char*>(place) + bytes, 0, 3);
}

void gemv_floats(const Product& product);  // f32, f16, bf16, in whatever instructions Highway finds here
void gemv_blocks(const Product& product);  // int8, int4, likewise; reads forms().wide

// Levels and scales of whole blocks: scale = greatest magnitude / 127, level = value / scale rounded to nearest.
void quantise(std::span<const float> values, std::int8_t* levels, float* scales);

// int8 and int4 with the dot products of four bytes that x86 processors have since 2019; reads forms().levels and offsets.
bool has_byte_dot();
void gemv_byte_dot(const Product& product);
// offset times the sum of each four levels.
void sum_fours(std::span<const std::int8_t> levels, std::int32_t offset, std::int32_t* sums);

// bf16, int8 and int4 with the matrix unit, for which vectors are packed in sixteens: 32 columns of 16 vectors are one tile
// of forms().tiles, four bytes of each vector in turn.
inline constexpr std::size_t tile_side = 16;
bool has_tiles_for(Format format);
void gemv_tiles(const Product& product);

}  // namespace sextant::probes
