// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "storage/files/content.hpp"

namespace sextant::storage {

// What the pages of a block device hold that is read and not written: the head and a hash of each, taken in one pass
// before anything is timed and kept in a file for later launches. A wrong page is seen unless it holds the same bytes: on
// a device full of zeros nothing tells its pages apart.
class KnownPages {
 public:
  // Those of the first `bytes` of an open device, from the file `table` where that has them, else read now, from
  // 4 MiB at a time, and written there. Throws probes::Unavailable when the device or the file fails.
  static KnownPages of(int device, std::uint64_t bytes, const std::filesystem::path& table);

  // Those that the file has; reads nothing of the device.
  static std::optional<KnownPages> existing(int device, const std::filesystem::path& table);

  std::uint64_t bytes() const;  // that are known

  // Of whole pages that are to be, or were, read from `offset`: whether the first 16 bytes are right; whether all are;
  // makes the first 16 wrong, so that a read that brings nothing shows.
  bool begins(const std::byte* content, std::uint64_t offset) const;
  bool holds(std::span<const std::byte> content, std::uint64_t offset) const;
  void spoil(std::byte* content, std::uint64_t offset) const;
  bool spoilt(const std::byte* content, std::uint64_t offset) const;  // and still is

 private:
  struct Entry {
    std::uint64_t head[2];
    std::uint64_t hash;
  };
  struct Unmap {
    std::size_t bytes;
    void operator()(const std::byte* memory) const;
  };
  explicit KnownPages(std::unique_ptr<const std::byte, Unmap> memory) : memory_(std::move(memory)) {}
  std::span<const Entry> entries() const;
  static Entry entry_of(const std::byte* content);
  static std::unique_ptr<const std::byte, Unmap> map(int device, std::uint64_t bytes,
                                                     const std::filesystem::path& table);
  static void write(int device, std::uint64_t bytes, const std::filesystem::path& table);

  std::unique_ptr<const std::byte, Unmap> memory_;  // the file, shared by all trials of a launch
};

}  // namespace sextant::storage
