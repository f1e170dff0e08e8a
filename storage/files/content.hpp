// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// What lies in the storage that the probes wrote themselves: every sector says which one it is and how often it was
// written, so that each request, however small, can be checked by itself.
namespace sextant::storage {

inline constexpr std::size_t sector = 512;  // the smallest request a device takes
inline constexpr std::size_t page = 4096;

// The first 24 bytes of a sector. The hash never is zero and depends on the seed of the file, so neither an empty
// sector, nor another one, nor one of an earlier file passes.
struct Stamp {
  std::uint64_t place;  // generation, 24 bits, and the sector's number, 40 bits (512 TiB)
  std::uint64_t body;   // what the rest of the sector follows from
  std::uint64_t hash;   // of the seed and the two above
};

// The stamp at the beginning of `content`.
Stamp stamp_in(const std::byte* content);
bool valid(const Stamp& stamp, std::uint64_t seed);
inline std::uint64_t offset_of(const Stamp& stamp) { return (stamp.place & ((std::uint64_t{1} << 40) - 1)) * sector; }
inline std::uint32_t generation_of(const Stamp& stamp) { return static_cast<std::uint32_t>(stamp.place >> 40); }

// Below, `content` is what lies at `offset` bytes; both are multiples of `sector`.

// Stamps and pseudo-random words: nothing that a device could compress, deduplicate or skip as zeros.
void fill(std::span<std::byte> content, std::uint64_t seed, std::uint64_t offset, std::uint32_t generation = 0);

// Makes filled content that of another place by its stamps alone, a twentieth of the bytes: what a loop of writes can
// afford. The rest repeats, but no two sectors of a device are ever alike.
void restamp(std::span<std::byte> content, std::uint64_t seed, std::uint64_t offset, std::uint32_t generation);

// Whether every byte is as it was filled or restamped for that place; of one generation, where that is given.
bool holds(std::span<const std::byte> content, std::uint64_t seed, std::uint64_t offset,
           std::optional<std::uint32_t> generation = {});

}  // namespace sextant::storage
