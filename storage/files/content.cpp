// SPDX-License-Identifier: Apache-2.0
#include "storage/files/content.hpp"

#include <cstring>

namespace sextant::storage {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;

// The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection, so different inputs never collide.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::uint64_t word(std::uint64_t body, std::size_t position) { return mix(body + position * golden); }

std::uint64_t hash_of(std::uint64_t seed, std::uint64_t place, std::uint64_t body) {
  return mix(mix(seed ^ mix(place + golden)) ^ body) | 1;
}

Stamp stamp_for(std::uint64_t seed, std::uint64_t offset, std::uint32_t generation, std::uint64_t body) {
  const std::uint64_t place = std::uint64_t{generation} << 40 | offset / sector;
  return {place, body, hash_of(seed, place, body)};
}

}  // namespace

Stamp stamp_in(const std::byte* content) {
  Stamp found = {};
  std::memcpy(&found, content, sizeof found);
  return found;
}

bool valid(const Stamp& stamp, std::uint64_t seed) { return stamp.hash == hash_of(seed, stamp.place, stamp.body); }

void fill(std::span<std::byte> content, std::uint64_t seed, std::uint64_t offset, std::uint32_t generation) {
  for (std::size_t at = 0; at < content.size(); at += sector) {
    std::byte* const begin = content.data() + at;
    const std::uint64_t body = mix(seed + mix((offset + at) / sector ^ golden));
    const Stamp own = stamp_for(seed, offset + at, generation, body);
    std::memcpy(begin, &own, sizeof own);
    for (std::size_t i = sizeof own; i < sector; i += 8) {
      const std::uint64_t value = word(body, i / 8);
      std::memcpy(begin + i, &value, sizeof value);
    }
  }
}

void restamp(std::span<std::byte> content, std::uint64_t seed, std::uint64_t offset, std::uint32_t generation) {
  for (std::size_t at = 0; at < content.size(); at += sector) {
    std::byte* const begin = content.data() + at;
    const Stamp own = stamp_for(seed, offset + at, generation, stamp_in(begin).body);
    std::memcpy(begin, &own, sizeof own);
  }
}

bool holds(std::span<const std::byte> content, std::uint64_t seed, std::uint64_t offset,
           std::optional<std::uint32_t> generation) {
  for (std::size_t at = 0; at < content.size(); at += sector) {
    const std::byte* const begin = content.data() + at;
    const Stamp found = stamp_in(begin);
    if (!valid(found, seed) || offset_of(found) != offset + at) return false;
    if (generation && generation_of(found) != *generation) return false;
    for (std::size_t i = sizeof found; i < sector; i += 8) {
      std::uint64_t value = 0;
      std::memcpy(&value, begin + i, sizeof value);
      if (value != word(found.body, i / 8)) return false;
    }
  }
  return true;
}

}  // namespace sextant::storage
