// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/weights.hpp"

#include <bit>

#include "probes/kernels/reduce.hpp"

namespace sextant::storage {

Dot dot_of_kernels() {
  return [](std::span<const std::int8_t> a, std::span<const std::int8_t> b) { return probes::dot_int8(a, b); };
}

Activations::Activations() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    values_[i] = static_cast<std::int8_t>(static_cast<std::uint8_t>(stamp(0, i).hash | 1));
  }
}

void Digest::add_rows(std::span<const std::byte> pages, const Activations& x, const Dot& dot) {
  for (std::size_t at = 0; at + page <= pages.size(); at += page) {
    const auto row = pages.subspan(at, page);
    const auto product = static_cast<std::uint64_t>(dot(as_weights(row), x.at(0, page)));
    // An odd factor: no bit of what came before is lost.
    value_ = (std::rotl(value_, 23) ^ product ^ stamp_in(row.data()).hash) * 0x9e3779b97f4a7c15u;
  }
}

std::uint64_t expected_digest(std::uint64_t seed, std::uint64_t first, std::uint64_t pages, const Activations& x) {
  alignas(64) std::array<std::byte, page> content;
  const Dot dot = dot_of_kernels();
  Digest digest;
  for (std::uint64_t i = 0; i < pages; ++i) {
    fill_page(content, seed, first + i);
    digest.add_rows(content, x, dot);
  }
  return digest.value();
}

}  // namespace sextant::storage
