// SPDX-License-Identifier: Apache-2.0
#include "storage/files/layout.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "probes/probe/pages.hpp"
#include "probes/probe/probe.hpp"

namespace sextant::storage {
namespace {

struct ClosingPage {
  char magic[16];
  std::uint64_t bytes;
  std::uint64_t seed;
  std::uint64_t check;  // hash of the stamp that the sector after the last would have
};
constexpr char magic[16] = "sextant-file-2\n";

std::uint64_t check_of(std::uint64_t bytes, std::uint64_t seed) {
  std::byte next[sector];
  fill(next, seed, bytes);
  return stamp_in(next).hash;
}

int write_all(int file, std::span<const std::byte> content, std::uint64_t offset) {
  while (!content.empty()) {
    const ssize_t written = ::pwrite(file, content.data(), content.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    content = content.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return 0;
}

int write_closing(int file, std::span<std::byte> memory, const ClosingPage& closing, std::uint64_t offset) {
  std::fill(memory.begin(), memory.end(), std::byte{0});
  std::memcpy(memory.data(), &closing, sizeof closing);
  if (const int error = write_all(file, memory, offset)) return error;
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

std::optional<Closing> closing_at(int file, std::uint64_t offset) {
  const probes::Pages memory(page);
  const ssize_t got = ::pread(file, memory.bytes().data(), page, static_cast<off_t>(offset));
  // A page that cannot be read says nothing about whose it is: a device that broke must not be taken for a foreign file.
  if (got < 0 && errno != EINVAL)
    throw probes::Unavailable(std::string("the test file cannot be read: ") + std::strerror(errno));
  if (got != static_cast<ssize_t>(page)) return {};
  ClosingPage closing = {};
  std::memcpy(&closing, memory.bytes().data(), sizeof closing);
  const bool ours = std::memcmp(closing.magic, magic, sizeof magic) == 0 && closing.bytes <= offset &&
                    closing.bytes % page == 0 && closing.check == check_of(closing.bytes, closing.seed);
  return ours ? std::optional(Closing{closing.bytes, closing.seed}) : std::nullopt;
}

int write_content(int file, std::uint64_t bytes, std::uint64_t seed, std::uint64_t closing_offset) {
  const probes::Pages memory(std::size_t{4} << 20);
  const auto last = memory.bytes().first(page);
  if (const int error = write_closing(file, last, {}, closing_offset)) return error;
  for (std::uint64_t offset = 0; offset < bytes; offset += memory.bytes().size()) {
    const auto chunk = memory.bytes().first(std::min<std::uint64_t>(memory.bytes().size(), bytes - offset));
    fill(chunk, seed, offset);
    if (const int error = write_all(file, chunk, offset)) return error;
  }
  ClosingPage closing = {{}, bytes, seed, check_of(bytes, seed)};
  std::memcpy(closing.magic, magic, sizeof magic);
  return write_closing(file, last, closing, closing_offset);
}

}  // namespace sextant::storage
