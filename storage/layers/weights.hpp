// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "storage/files/test_file.hpp"

// The pages of the test file as weights: int8, a page a row of a matrix. What consumes them multiplies the rows with one
// vector, as a decode step does, and in integers, so that the products also say whether the right bytes came.
namespace sextant::storage {

// The sum of a[i] * b[i]; probes::dot_int8 unless a test bends it.
using Dot = std::function<std::int64_t(std::span<const std::int8_t>, std::span<const std::int8_t>)>;
Dot dot_of_kernels();

// The vector. No element is zero, so that no byte of a row is without effect on the product.
class Activations {
 public:
  Activations();
  // From where a row of the vector's length would have its byte `offset`: `bytes` elements.
  std::span<const std::int8_t> at(std::size_t offset, std::size_t bytes) const {
    return std::span(values_).subspan(offset, bytes);
  }

 private:
  alignas(64) std::array<std::int8_t, page> values_;
};

inline std::span<const std::int8_t> as_weights(std::span<const std::byte> content) {
  return {reinterpret_cast<const std::int8_t*>(content.data()), content.size()};
}

// What the rows of a layer left behind so far: their products, their stamps and their order. Any byte that differs, a
// page that is missing and two that are exchanged make another digest.
class Digest {
 public:
  void add_rows(std::span<const std::byte> pages, const Activations& x, const Dot& dot);
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

// The digest of `pages` pages of the test file of this seed from page `first` on, as they were written.
std::uint64_t expected_digest(std::uint64_t seed, std::uint64_t first, std::uint64_t pages, const Activations& x);

}  // namespace sextant::storage
