// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/fma.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "probes/kernels/fma_loops.hpp"
#include "probes/kernels/matrix.hpp"
#include "probes/kernels/tiles.hpp"

namespace sextant::probes {

namespace {

std::uint64_t f64_word(double number) { return std::bit_cast<std::uint64_t>(number); }
std::uint64_t f32_word(double number) {
  return std::uint64_t(std::bit_cast<std::uint32_t>(float(number))) * 0x0000000100000001;
}
std::uint64_t int32_word(double number) { return std::uint64_t(std::uint32_t(number)) * 0x0000000100000001; }
std::uint64_t f16_word(double number) {
  std::array<float, scale_block> numbers;
  numbers.fill(float(number));
  std::array<std::byte, 2 * scale_block> halves;
  encode(Format::f16, numbers, halves);
  std::uint64_t word;
  std::memcpy(&word, halves.data(), sizeof word);
  return word;
}

constexpr std::size_t words_of_512_bits = fma_chains * 8, words_of_tiles = fma_tiles * 128;

// Each round is long enough that what is done once a call stays below half a hundredth of it.
constexpr std::uint64_t many = 4000, most_in_half = 2000;  // float16 counts exactly up to 2048

}  // namespace

std::optional<FmaLoop> fma_loop(std::string_view type, std::string_view unit) {
  const std::size_t bytes = fma_vector_bytes();
  const double chains = fma_chains, f64s = double(bytes) / 8, f32s = double(bytes) / 4;
  if (unit == "vector") {
    if (type == "f64") return FmaLoop{fma_f64, fma_chains * bytes / 8, 2 * chains * f64s, 1, many, f64_word};
    if (type == "f32") return FmaLoop{fma_f32, fma_chains * bytes / 8, 2 * chains * f32s, 1, many, f32_word};
    if (type == "f16" && has_fma_f16())
      return FmaLoop{fma_f16, words_of_512_bits, 2 * chains * 32, 1, most_in_half, f16_word};
    if (type == "bf16" && has_fma_bf16())
      return FmaLoop{fma_bf16, words_of_512_bits, 2 * chains * 32, 2, many, f32_word};
    if (type == "int8" && has_fma_int8())
      return FmaLoop{fma_int8, words_of_512_bits, 2 * chains * 64, 4, many, int32_word};
  }
  if (unit == "matrix") {
    if (type == "bf16" && has_bfloat_tiles())
      return FmaLoop{fma_bf16_tiles, words_of_tiles, 2.0 * fma_tiles * 16 * 16 * 32, 32, many, f32_word};
    if (type == "int8" && has_int8_tiles())
      return FmaLoop{fma_int8_tiles, words_of_tiles, 2.0 * fma_tiles * 16 * 16 * 64, 64, many, int32_word};
  }
  return {};
}

std::string needed_for_fma(std::string_view type, std::string_view unit) {
  if (unit == "matrix" && type == "bf16") return "AMX-BF16, granted by the system";
  if (unit == "matrix" && type == "int8") return "AMX-INT8, granted by the system";
  if (unit == "matrix") return "a matrix unit for this type, of which the probe knows none";
  if (type == "f16") return "AVX-512 FP16";
  if (type == "bf16") return "AVX-512 BF16";
  if (type == "int8") return "AVX-512 VNNI";
  return "a type that the probe knows";
}

}  // namespace sextant::probes
