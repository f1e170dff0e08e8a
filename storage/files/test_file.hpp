// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "storage/files/file_descriptor.hpp"

// The file that the storage probes read: made by us, in the folder the user named, with content that says for every
// block which one it is.
namespace sextant::storage {

inline constexpr std::size_t page = 4096;  // every page of the file carries its own number

// The first 16 bytes of a page. The hash never is zero and depends on the file's seed, so neither an empty page, nor
// another page, nor a page of an earlier file passes for it.
struct Stamp {
  std::uint64_t index;
  std::uint64_t hash;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};
Stamp stamp(std::uint64_t seed, std::uint64_t index);
Stamp stamp_in(const std::byte* content);

// Stamp and then pseudo-random words: nothing a device could compress, deduplicate or skip as zeros.
void fill_page(std::span<std::byte, page> content, std::uint64_t seed, std::uint64_t index);
bool holds_page(std::span<const std::byte, page> content, std::uint64_t seed, std::uint64_t index);

// Where the file may lie. `anything` also takes memory (tmpfs), where a test runs but no device is measured.
enum class Medium { device, anything };

class TestFile {
 public:
  // Opens the test file in `target` for direct reads (O_DIRECT) of at least `bytes` (a multiple of `page`), and lays it
  // out first when there is none that is complete and long enough. Takes at most half of the space that is free. Throws
  // probes::Unavailable with a sentence: no target, in memory, O_DIRECT refused, not enough free space, not writable,
  // or a file of that name that we did not make.
  static TestFile open(const std::filesystem::path& target, std::uint64_t bytes, Medium medium = Medium::device);

  // The complete test file that lies in `target`, whatever its length; makes none. Throws probes::Unavailable.
  static TestFile open_existing(const std::filesystem::path& target, Medium medium = Medium::device);

  int descriptor() const { return file_.number(); }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t seed() const { return seed_; }

 private:
  TestFile(FileDescriptor file, std::uint64_t bytes, std::uint64_t seed)
      : file_(std::move(file)), bytes_(bytes), seed_(seed) {}

  FileDescriptor file_;
  std::uint64_t bytes_;  // of pages; the closing page comes after them
  std::uint64_t seed_;
};

// Removes what open() made in `target`, complete or partial; leaves a file that is not ours. Does not throw.
void remove_test_file(const std::filesystem::path& target);

}  // namespace sextant::storage
