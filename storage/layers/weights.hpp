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

// What lies at `offset` of the file, read once more and alone: `content` is filled, or where it cannot be read or does not
// hold what it should, nothing says so but the answer. The memory and both numbers are multiples of `page`.
bool read_again(const TestFile& file, std::uint64_t offset, std::span<std::byte> content);

// Makes the first bytes of a page wrong, so that a read that brings nothing shows, on a device full of zeros too.
void spoil_page(std::byte* content);

// A hash of two numbers: the finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014), twice.
std::uint64_t hash_of(std::uint64_t a, std::uint64_t b);

}  // namespace sextant::storage
