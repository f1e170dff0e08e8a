// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "probes/kernels/aligned.hpp"

// Y = W X for weights stored row after row: the operation that decode spends its time in. Formats are those of inference
// engines: IEEE 754 binary32 and binary16, bfloat16, and the layouts of GGML's Q8_0 and Q4_0.
namespace sextant::probes {

enum class Format { f32, f16, bf16, int8, int4 };

std::string_view name(Format format);  // "f32" ...
std::optional<Format> format_from_name(std::string_view name);

// Weights that share one scale in int8 and int4, which comes before them as binary16. int8: 32 signed bytes. int4: 16
// bytes, whose low halves are weights 0 to 15 and whose high halves are 16 to 31, each 8 more than what it stands for.
inline constexpr std::size_t scale_block = 32;

// Bytes of one row; columns must be a multiple of scale_block. 4, 2, 2 bytes a weight, 34 and 18 bytes a block.
std::size_t row_bytes(Format format, std::size_t columns);

// One row into its format and back; encoded.size() == row_bytes(format, values.size()). Rounds to nearest. The scale of an
// int8 block is its greatest magnitude / 127, that of an int4 block its value of greatest magnitude / -8.
void encode(Format format, std::span<const float> values, std::span<std::byte> encoded);
void decode(Format format, std::span<const std::byte> encoded, std::span<float> values);

// The vectors X that a matrix is multiplied with, in the form that products with weights of one format take, as engines
// make it once per product: as they are for f32, rounded to the format of the weights for f16 and bf16, and for int8 and
// int4 in blocks of 32 signed bytes with one float32 scale, the greatest magnitude / 127. Memory is taken in the
// constructor alone.
class Activations {
 public:
  Activations(Format weights, std::size_t columns, std::size_t batch = 1);

  // The vectors one after the other: values.size() == batch() * columns().
  void set(std::span<const float> values);

  Format weights() const { return weights_; }
  std::size_t columns() const { return columns_; }
  std::size_t batch() const { return batch_; }

  // The numbers that products really take: what was set, rounded as said above.
  std::span<const float> vector(std::size_t b) const {
    return std::span<const float>(forms_.values).subspan(b * columns_, columns_);
  }

  // The same numbers as the loops want them. What a format or this processor has no use for is empty.
  struct Forms {
    Aligned<float> values;          // [batch][columns]
    Aligned<std::int8_t> levels;    // [batch][columns]; value = level * scale of its block
    Aligned<std::int16_t> wide;     // [batch][columns]; the levels once more
    Aligned<float> scales;          // [batch][blocks]
    Aligned<std::int32_t> offsets;  // [batch][columns / 4]; minus what unsigned weights add to the sum of four products
    Aligned<std::byte> tiles;    // [batch / 16][columns / 32][8 or 16][16][4 bytes]; bf16 or levels, for a matrix unit
    Aligned<float> tile_scales;  // [batch / 16][blocks][16]
  };
  const Forms& forms() const { return forms_; }

 private:
  void pack_tiles();

  Format weights_;
  std::size_t columns_, batch_;
  Forms forms_;
};

// y[b * stride + r] = row r times vector b. rows.size() is a whole number of rows of x.columns() columns in the format
// x.weights(), stride at least that number, y.size() >= (batch - 1) * stride + number. Throws std::invalid_argument for
// sizes that do not fit. One thread; allocates nothing. Products within a block of int8 or int4 are summed exactly, all
// else in float32 in an order of its own (bfloat16 may round each sum of two products once more).
void multiply(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride);

// The same numbers in double precision, weight by weight: what the fast one is held against.
void multiply_plainly(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride);

}  // namespace sextant::probes
