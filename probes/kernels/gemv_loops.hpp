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

// Asks for what lies `rows_bytes` on, at the same place of the next rows of as many bytes, into the second-level cache, or
// for nearness 3 into the first: hardware follows a row up to the end of a page only, which leaves a quarter of the
// memory's bandwidth unused. Of short rows a later one is asked for, which the memory has the time to bring.
template <int nearness = 2>
inline void prefetch_next_rows(const void* place, std::size_t rows_bytes) {
  constexpr std::size_t least = 8192;
  __builtin_prefetch(static_cast<const char*>(place) + (rows_bytes < least ? least : rows_bytes), 0, nearness);
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
