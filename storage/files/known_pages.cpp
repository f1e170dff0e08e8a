// SPDX-License-Identifier: Apache-2.0
#include "storage/files/known_pages.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"
#include "storage/files/block_device.hpp"
#include "storage/files/file_descriptor.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::Unavailable;

// Begins the table; the entries follow. A table of another device or another size of it is worth nothing.
struct Heading {
  char magic[16];
  std::uint64_t number;  // of the device
  std::uint64_t device_bytes;
  std::uint64_t pages;
};
constexpr char magic[16] = "sextant-pages1\n";
constexpr std::size_t chunk = std::size_t{4} << 20;

Heading heading_of(int device, std::uint64_t bytes) {
  struct stat status = {};
  if (::fstat(device, &status) != 0) throw Unavailable("the block device of --target cannot be asked");
  Heading heading = {{}, status.st_rdev, device_bytes(device), bytes / page};
  std::memcpy(heading.magic, magic, sizeof magic);
  return heading;
}

// Four lanes of multiply and rotate, so that the hash costs less than reading memory does; odd factors make every step a
// bijection of its lane, so one changed word always shows.
std::uint64_t hash_of(const std::byte* content) {
  std::uint64_t lanes[4] = {1, 2, 3, 4};
  for (std::size_t at = 0; at < page; at += sizeof lanes) {
    std::uint64_t words[4];
    std::memcpy(words, content + at, sizeof words);
    for (int i = 0; i < 4; ++i) lanes[i] = std::rotl((lanes[i] ^ words[i]) * 0x9e3779b97f4a7c15u, 29);
  }
  std::uint64_t all = 0;
  for (const std::uint64_t lane : lanes) all = std::rotl((all ^ lane) * 0xbf58476d1ce4e5b9u, 31);
  return all;
}

}  // namespace

void KnownPages::Unmap::operator()(const std::byte* memory) const { ::munmap(const_cast<std::byte*>(memory), bytes); }

KnownPages::Entry KnownPages::entry_of(const std::byte* content) {
  Entry entry = {};
  std::memcpy(entry.head, content, sizeof entry.head);
  entry.hash = hash_of(content);
  return entry;
}

std::unique_ptr<const std::byte, KnownPages::Unmap> KnownPages::map(int device, std::uint64_t bytes,
                                                                    const fs::path& table) {
  const Heading own = heading_of(device, bytes);
  const FileDescriptor file(::open(table.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status = {};
  Heading heading = {};
  if (!file || ::fstat(file.number(), &status) != 0 ||
      ::pread(file.number(), &heading, sizeof heading, 0) != static_cast<ssize_t>(sizeof heading) ||
      std::memcmp(heading.magic, magic, sizeof magic) != 0 || heading.number != own.number ||
      heading.device_bytes != own.device_bytes || heading.pages < own.pages ||
      static_cast<std::uint64_t>(status.st_size) != sizeof heading + heading.pages * sizeof(Entry)) {
    return nullptr;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file.number(), 0);
  if (memory == MAP_FAILED) throw Unavailable("no address space for the table of the block device's pages");
  return {static_cast<const std::byte*>(memory), Unmap{size}};
}

void KnownPages::write(int device, std::uint64_t bytes, const fs::path& table) {
  const Heading heading = heading_of(device, bytes);
  std::vector<Entry> entries;
  entries.reserve(heading.pages);
  const probes::Pages memory(chunk);
  for (std::uint64_t offset = 0; offset < bytes; offset += chunk) {
    const std::size_t length = std::min<std::uint64_t>(chunk, bytes - offset);
    const ssize_t came = ::pread(device, memory.bytes().data(), length, static_cast<off_t>(offset));
    if (came != static_cast<ssize_t>(length)) {
      throw Unavailable(std::string("the block device of --target cannot be read: ") +
                        (came < 0 ? std::strerror(errno) : "it ended early"));
    }
    for (std::size_t at = 0; at < length; at += page) entries.push_back(entry_of(memory.bytes().data() + at));
  }
  const fs::path partial = table.string() + ".partial";
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(&heading), sizeof heading);
  out.write(reinterpret_cast<const char*>(entries.data()),
            static_cast<std::streamsize>(entries.size() * sizeof(Entry)));
  out.close();
  if (!out) throw Unavailable("the table of the block device's pages cannot be written into the run folder");
  fs::rename(partial, table);
}

KnownPages KnownPages::of(int device, std::uint64_t bytes, const fs::path& table) {
  auto memory = map(device, bytes, table);
  if (!memory) {
    write(device, bytes, table);
    memory = map(device, bytes, table);
  }
  if (!memory) throw Unavailable("the table of the block device's pages does not read back as it was written");
  return KnownPages(std::move(memory));
}

std::optional<KnownPages> KnownPages::existing(int device, const fs::path& table) {
  auto memory = map(device, page, table);
  return memory ? std::optional(KnownPages(std::move(memory))) : std::nullopt;
}

std::uint64_t KnownPages::bytes() const { return entries().size() * page; }

std::span<const KnownPages::Entry> KnownPages::entries() const {
  const std::byte* const begin = memory_.get() + sizeof(Heading);
  return {reinterpret_cast<const Entry*>(begin), (memory_.get_deleter().bytes - sizeof(Heading)) / sizeof(Entry)};
}

bool KnownPages::begins(const std::byte* content, std::uint64_t offset) const {
  return std::memcmp(content, entries()[offset / page].head, sizeof(Entry::head)) == 0;
}

bool KnownPages::holds(std::span<const std::byte> content, std::uint64_t offset) const {
  for (std::size_t at = 0; at < content.size(); at += page) {
    if (hash_of(content.data() + at) != entries()[(offset + at) / page].hash) return false;
  }
  return true;
}

void KnownPages::spoil(std::byte* content, std::uint64_t offset) const {
  for (const std::uint64_t word : entries()[offset / page].head) {
    const std::uint64_t other = ~word;
    std::memcpy(content, &other, sizeof other);
    content += sizeof other;
  }
}

bool KnownPages::spoilt(const std::byte* content, std::uint64_t offset) const {
  std::byte wrong[sizeof(Entry::head)];
  spoil(wrong, offset);
  return std::memcmp(content, wrong, sizeof wrong) == 0;
}

}  // namespace sextant::storage
