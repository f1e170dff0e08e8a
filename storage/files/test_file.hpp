// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "storage/files/alignment.hpp"
#include "storage/files/block_device.hpp"
#include "storage/files/content.hpp"
#include "storage/files/file_descriptor.hpp"
#include "storage/files/known_pages.hpp"

// What the storage probes read and write: a file of ours in the folder that the user named, or a block device that the
// folder stands for (block_device.hpp). Which of them it is, no probe needs to know.
namespace sextant::storage {

// Where the file may lie. `anything` also takes memory (tmpfs), where a test runs but no device is measured.
enum class Medium { device, anything };

inline constexpr std::uint64_t nowhere = ~std::uint64_t{0};

class TestFile {
 public:
  // Opens it for direct requests (O_DIRECT) to at least `bytes` (a multiple of `page`).
  //
  // A file is laid out first where none is complete and long enough, in at most half of the space that is free. So is a
  // block device that may be overwritten. One that may not is read: what its pages hold is taken down first (see
  // KnownPages), and nothing of it is ever written.
  //
  // Throws probes::Unavailable with a sentence: no target, in memory, O_DIRECT refused, not enough space, not writable,
  // a file of that name that we did not make, a device that is in use, or one that may not be written.
  static TestFile open(const std::filesystem::path& target, std::uint64_t bytes, Medium medium = Medium::device,
                       Access access = Access::read);

  // What lies in `target` complete, whatever its length; makes nothing. Throws probes::Unavailable.
  static TestFile open_existing(const std::filesystem::path& target, Medium medium = Medium::device);

  int descriptor() const { return file_.number(); }
  std::uint64_t bytes() const { return bytes_; }  // that the probes may use, from the beginning
  std::uint64_t seed() const { return seed_; }    // of fill() and restamp(), for writes
  const Alignment& alignment() const { return alignment_; }

  // Throws probes::Unavailable with a sentence where requests of `block` bytes cannot be made, or not be checked.
  void require_block(std::uint64_t block) const;

  // The checks of one read of a whole block, which may be of any generation. Before: makes both ends of the buffer wrong,
  // so that a read that brings nothing shows. After: the offset that the content came from, as far as its ends tell;
  // `nowhere` when they do not belong together or to this file. And, for after the clock has stopped, whether every byte
  // is right.
  void spoil(std::span<std::byte> content, std::uint64_t offset) const;
  std::uint64_t origin(std::span<const std::byte> content, std::uint64_t offset) const;
  bool holds(std::span<const std::byte> content, std::uint64_t offset) const;

  // For the sentence of a failure: "was not written", "begins with what lies at byte 4096", "holds something else".
  std::string describe(std::span<const std::byte> content, std::uint64_t offset) const;

 private:
  TestFile(FileDescriptor file, std::uint64_t bytes, std::uint64_t seed, std::optional<KnownPages> known = {});
  static TestFile on_device(const NamedDevice& device, const std::filesystem::path& folder, std::uint64_t bytes,
                            Access access);
  static TestFile existing_on_device(const NamedDevice& device, const std::filesystem::path& folder);

  FileDescriptor file_;
  std::uint64_t bytes_;
  std::uint64_t seed_;
  std::optional<KnownPages> known_;  // of a device that we did not write
  Alignment alignment_;
};

// Removes what was made in `target`, complete or partial; leaves a file that is not ours, and any block device. Does not
// throw.
void remove_test_file(const std::filesystem::path& target);

}  // namespace sextant::storage
