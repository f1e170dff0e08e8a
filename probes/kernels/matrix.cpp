// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/matrix.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "probes/kernels/gemv_loops.hpp"

namespace sextant::probes {

namespace {

constexpr std::array<std::string_view, 5> names{"f32", "f16", "bf16", "int8", "int4"};

float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float magnitude = exponent == 31  ? (fraction ? NAN : INFINITY)
                          : exponent == 0 ? std::ldexp(float(fraction), -24)
                                          : std::ldexp(float(1024 + fraction), exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

// To nearest, ties to even, by the addition that pushes the surplus digits out.
std::uint16_t to_half(float value) {
  const auto sign = std::uint16_t(std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000);
  const float magnitude = std::abs(value);
  if (std::isnan(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const int exponent = std::max(magnitude > 0 ? std::ilogb(magnitude) : -14, -14);
  const long digits = std::lrint(std::ldexp(magnitude, 10 - exponent));  // 1024 to 2048, less below the normal numbers
  return std::uint16_t(sign | std::uint16_t(((exponent + 14) << 10) + digits));
}

std::uint16_t to_bfloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return std::uint16_t(bits >> 16 | 0x40);
  return std::uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float from_bfloat(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

template <class Value>
Value load(const std::byte* from) {
  Value value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Value>
void store(std::byte* to, Value value) {
  std::memcpy(to, &value, sizeof value);
}

bool in_blocks(Format format) { return format == Format::int8 || format == Format::int4; }

float peak_of(std::span<const float> block) {
  return *std::max_element(block.begin(), block.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
}

void encode_int8(std::span<const float> block, std::byte* to) {
  const float scale = std::abs(peak_of(block)) / 127;
  store(to, to_half(scale));
  for (std::size_t i = 0; i < scale_block; ++i)
    to[2 + i] = std::byte(std::int8_t(scale > 0 ? std::lround(block[i] / scale) : 0));
}

void encode_int4(std::span<const float> block, std::byte* to) {
  const float scale = peak_of(block) / -8;
  store(to, to_half(scale));
  const auto four_bits = [&](float value) {
    return unsigned(scale != 0 ? std::clamp(std::lround(value / scale) + 8, 0l, 15l) : 8);
  };
  for (std::size_t i = 0; i < scale_block / 2; ++i)
    to[2 + i] = std::byte(four_bits(block[i]) | four_bits(block[i + scale_block / 2]) << 4);
}

void check(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride) {
  const std::size_t bytes = row_bytes(x.weights(), x.columns()), count = bytes ? rows.size() / bytes : 0;
  if (bytes == 0 || rows.size() % bytes != 0 || stride < count || y.size() < (x.batch() - 1) * stride + count)
    throw std::invalid_argument("multiply: sizes do not fit");
}

}  // namespace

std::string_view name(Format format) { return names[std::size_t(format)]; }

std::optional<Format> format_from_name(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::nullopt : std::optional(Format(found - names.begin()));
}

std::size_t row_bytes(Format format, std::size_t columns) {
  if (columns % scale_block != 0) throw std::invalid_argument("row_bytes: columns must be a multiple of 32");
  constexpr std::array<std::size_t, 5> bytes_of_block{128, 64, 64, 34, 18};
  return columns / scale_block * bytes_of_block[std::size_t(format)];
}

void encode(Format format, std::span<const float> values, std::span<std::byte> encoded) {
  if (encoded.size() != row_bytes(format, values.size())) throw std::invalid_argument("encode: sizes do not fit");
  const std::size_t bytes = row_bytes(format, scale_block);
  for (std::size_t b = 0; b < values.size() / scale_block; ++b) {
    const auto block = values.subspan(b * scale_block, scale_block);
    std::byte* const to = encoded.data() + b * bytes;
    if (format == Format::int8) encode_int8(block, to);
    if (format == Format::int4) encode_int4(block, to);
    for (std::size_t i = 0; i < scale_block; ++i) {
      if (format == Format::f32) store(to + 4 * i, block[i]);
      if (format == Format::f16) store(to + 2 * i, to_half(block[i]));
      if (format == Format::bf16) store(to + 2 * i, to_bfloat(block[i]));
    }
  }
}

void decode(Format format, std::span<const std::byte> encoded, std::span<float> values) {
  if (encoded.size() != row_bytes(format, values.size())) throw std::invalid_argument("decode: sizes do not fit");
  const std::size_t bytes = row_bytes(format, scale_block);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::byte* const block = encoded.data() + i / scale_block * bytes;
    const std::size_t k = i % scale_block;
    if (format == Format::f32) values[i] = load<float>(block + 4 * k);
    if (format == Format::f16) values[i] = from_half(load<std::uint16_t>(block + 2 * k));
    if (format == Format::bf16) values[i] = from_bfloat(load<std::uint16_t>(block + 2 * k));
    if (format == Format::int8)
      values[i] = from_half(load<std::uint16_t>(block)) * float(load<std::int8_t>(block + 2 + k));
    if (format == Format::int4) {
      const auto both = unsigned(block[2 + k % 16]);
      values[i] = from_half(load<std::uint16_t>(block)) * (float(k < 16 ? both & 15 : both >> 4) - 8);
    }
  }
}

Activations::Activations(Format weights, std::size_t columns, std::size_t batch)
    : weights_(weights), columns_(columns), batch_(batch) {
  if (columns % scale_block != 0) throw std::invalid_argument("Activations: columns must be a multiple of 32");
  const std::size_t count = columns * batch;
  forms_.values.resize(count);
  // A tile takes as long with one vector as with sixteen: two are faster without where scales come after each block.
  if (batch > (in_blocks(weights) ? 2 : 1) && has_tiles_for(weights)) {
    const std::size_t padded = columns * ((batch + tile_side - 1) / tile_side * tile_side);
    forms_.tiles.resize(padded * (in_blocks(weights) ? 1 : 2));
    if (in_blocks(weights)) forms_.tile_scales.resize(padded / scale_block);
  }
  if (!in_blocks(weights)) return;
  forms_.levels.resize(count);
  forms_.scales.resize(count / scale_block);
  forms_.wide.resize(count);
  if (has_byte_dot()) forms_.offsets.resize(count / 4);
}

void Activations::set(std::span<const float> values) {
  if (values.size() != forms_.values.size()) throw std::invalid_argument("Activations::set: sizes do not fit");
  const auto rounded = [this](float value) {
    if (weights_ == Format::f16) return from_half(to_half(value));
    return weights_ == Format::bf16 ? from_bfloat(to_bfloat(value)) : value;
  };
  if (!in_blocks(weights_)) {
    std::transform(values.begin(), values.end(), forms_.values.begin(), rounded);
    pack_tiles();
    return;
  }
  quantise(values, forms_.levels.data(), forms_.scales.data());
  for (std::size_t i = 0; i < values.size(); ++i)
    forms_.values[i] = float(forms_.levels[i]) * forms_.scales[i / scale_block];
  std::copy(forms_.levels.begin(), forms_.levels.end(), forms_.wide.begin());
  if (!forms_.offsets.empty()) sum_fours(forms_.levels, weights_ == Format::int8 ? -128 : -8, forms_.offsets.data());
  pack_tiles();
}

void Activations::pack_tiles() {
  if (forms_.tiles.empty()) return;
  const bool blocks = in_blocks(weights_);
  const std::size_t fours = columns_ * (blocks ? 1 : 2) / 4;  // groups of four bytes
  for (std::size_t b = 0; b < batch_; ++b) {
    std::byte* const to = forms_.tiles.data() + (b / tile_side * fours * tile_side + b % tile_side) * 4;
    for (std::size_t i = 0; i < fours; ++i) {
      if (blocks) {
        std::memcpy(to + i * tile_side * 4, forms_.levels.data() + b * columns_ + i * 4, 4);
      } else {
        const float* const pair = forms_.values.data() + b * columns_ + i * 2;
        store(to + i * tile_side * 4, to_bfloat(pair[0]));
        store(to + i * tile_side * 4 + 2, to_bfloat(pair[1]));
      }
    }
    const std::size_t count = blocks ? columns_ / scale_block : 0;
    for (std::size_t i = 0; i < count; ++i)
      forms_.tile_scales[b / tile_side * count * tile_side + i * tile_side + b % tile_side] =
          forms_.scales[b * count + i];
  }
}

void multiply(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride) {
  check(rows, x, y, stride);
  const Product product{rows.data(), rows.size() / row_bytes(x.weights(), x.columns()), &x, y.data(), stride};
  if (!x.forms().tiles.empty()) return gemv_tiles(product);
  if (!in_blocks(x.weights())) return gemv_floats(product);
  if (has_byte_dot()) return gemv_byte_dot(product);
  gemv_blocks(product);
}

void multiply_plainly(std::span<const std::byte> rows, const Activations& x, std::span<float> y, std::size_t stride) {
  check(rows, x, y, stride);
  const std::size_t bytes = row_bytes(x.weights(), x.columns()), block_bytes = row_bytes(x.weights(), scale_block);
  std::array<float, scale_block> weights;
  for (std::size_t r = 0; r < rows.size() / bytes; ++r) {
    for (std::size_t b = 0; b < x.batch(); ++b) {
      double sum = 0;
      for (std::size_t c = 0; c < x.columns(); c += scale_block) {
        decode(x.weights(), rows.subspan(r * bytes + c / scale_block * block_bytes, block_bytes), weights);
        for (std::size_t i = 0; i < scale_block; ++i) sum += double(weights[i]) * double(x.vector(b)[c + i]);
      }
      y[b * stride + r] = float(sum);
    }
  }
}

}  // namespace sextant::probes
