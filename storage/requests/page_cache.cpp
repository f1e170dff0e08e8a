// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/page_cache.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "probes/probe/probe.hpp"

namespace sextant::storage {
namespace {

probes::Unavailable refused(const char* what) {
  return probes::Unavailable(std::string("the test file cannot be ") + what + ": " + std::strerror(errno));
}

const std::byte* map(int file, std::size_t bytes) {
  void* const memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) throw refused("mapped");
  return static_cast<const std::byte*>(memory);
}

}  // namespace

FileDescriptor open_cached(int direct) {
  const std::string name = "/proc/self/fd/" + std::to_string(direct);
  FileDescriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw refused("opened for reads through the page cache");
  return file;
}

void Mapping::Unmap::operator()(const std::byte* memory) const { ::munmap(const_cast<std::byte*>(memory), bytes); }

Mapping::Mapping(int file, std::size_t bytes, bool random) : file_(file), memory_(map(file, bytes), Unmap{bytes}) {
  // Reading ahead is of use in file order only. The advice may be refused: then it is slower.
  ::madvise(const_cast<std::byte*>(memory_.get()), bytes, random ? MADV_RANDOM : MADV_SEQUENTIAL);
}

void Mapping::evict(std::size_t offset, std::size_t bytes) const {
  // A page that is mapped cannot leave the cache.
  ::madvise(const_cast<std::byte*>(memory_.get()) + offset, bytes, MADV_DONTNEED);
  ::posix_fadvise(file_, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_DONTNEED);
}

namespace {

constexpr std::size_t pages_at_once = 256;

// Calls `each` with every page of the mapping, and whether it is in the cache (false where the kernel does not tell).
template <class Each>
void look_at(std::span<const std::byte> memory, Each each) {
  constexpr std::size_t page = 4096;
  std::array<unsigned char, pages_at_once> resident = {};
  for (std::size_t at = 0; at < memory.size(); at += pages_at_once * page) {
    const std::size_t length = std::min(pages_at_once * page, memory.size() - at);
    const bool told = ::mincore(const_cast<std::byte*>(memory.data()) + at, length, resident.data()) == 0;
    for (std::size_t i = 0; i < (length + page - 1) / page; ++i) {
      each(memory.data() + at + i * page, told && (resident[i] & 1) != 0);
    }
  }
}

}  // namespace

// By reads, not by touching the mapping: of a file that has become shorter a touch would end the process.
void Mapping::warm(std::size_t offset, std::size_t bytes) const {
  std::array<std::byte, 4096> scratch;
  look_at(this->bytes().subspan(offset, bytes), [&](const std::byte* page, bool resident) {
    if (resident) return;
    const auto at = static_cast<off_t>(page - memory_.get());
    if (::pread(file_, scratch.data(), scratch.size(), at) < 0) return;  // the timed request says why
  });
}

std::size_t Mapping::resident() const {
  std::size_t count = 0;
  look_at(bytes(), [&](const std::byte*, bool resident) { count += resident ? 1 : 0; });
  return count;
}

}  // namespace sextant::storage
