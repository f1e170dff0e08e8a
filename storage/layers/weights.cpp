// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/weights.hpp"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "probes/kernels/reduce.hpp"

namespace sextant::storage {
namespace {

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

Dot dot_of_kernels() {
  return [](std::span<const std::int8_t> a, std::span<const std::int8_t> b) { return probes::dot_int8(a, b); };
}

Activations::Activations() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    values_[i] = static_cast<std::int8_t>(static_cast<std::uint8_t>(hash_of(0, i) | 1));
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

bool read_again(const TestFile& file, std::uint64_t offset, std::span<std::byte> content) {
  ssize_t came = 0;
  do came = ::pread(file.descriptor(), content.data(), content.size(), static_cast<off_t>(offset));
  while (came < 0 && errno == EINTR);
  return came == static_cast<ssize_t>(content.size()) && file.holds(content, offset);
}

void spoil_page(std::byte* content) { std::memset(content, 0xa5, sizeof(Stamp)); }

std::uint64_t hash_of(std::uint64_t a, std::uint64_t b) { return mix(a ^ mix(b + 0x9e3779b97f4a7c15u)); }

}  // namespace sextant::storage
