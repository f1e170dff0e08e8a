// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// y = W x for weights stored row after row: the operation that decode spends its time in.
namespace sextant::probes {

// In float32. weights.size() == y.size() * x.size(); x.size() must be a multiple of 64.
void gemv_f32(std::span<const float> weights, std::span<const float> x, std::span<float> y);

// Weights and x in int8 with one scale per block of 32, the scheme of GGML's Q8_0 (8.5 bits per weight). A row holds
// its weights and then its scales in float16, the same bytes as Q8_0, which puts each scale before its block.
inline constexpr std::size_t int8_block = 32;
constexpr std::size_t int8_row_bytes(std::size_t columns) { return columns + columns / int8_block * 2; }

// x in int8 range, already widened to the 16 bits in which products are formed, because every row reads it again.
struct Int8Vector {
  std::vector<std::int16_t> values;
  std::vector<float> scales;  // one per block
};

// scale = greatest magnitude of the block / 127, value = x / scale rounded to nearest. x.size() must be a multiple
// of 32.
Int8Vector quantise(std::span<const float> x);

// Integer products and sums within a block, float32 between blocks. rows.size() == y.size() * int8_row_bytes(columns);
// columns must be a multiple of 1024.
void gemv_int8(std::span<const std::byte> rows, const Int8Vector& x, std::span<float> y);

}  // namespace sextant::probes
