// SPDX-License-Identifier: Apache-2.0
#include "storage/files/test_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <random>
#include <string>

#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"
#include "results/record/unit.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::Unavailable;

// The file is written under its partial name and renamed when whole, so the final name always is a complete file and a
// killed worker leaves only a partial one, which the next launch replaces.
constexpr const char* file_name = "sextant-storage.test";
constexpr const char* partial_name = "sextant-storage.test.partial";

// The closing page, after the last block of content. Written last.
struct Closing {
  char magic[16];
  std::uint64_t bytes;
  std::uint64_t seed;
  Stamp check;  // stamp(seed, number of pages)
};
constexpr char magic[16] = "sextant-file-1\n";

// The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection, so different inputs never collide.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;

std::uint64_t word(const Stamp& of, std::size_t position) { return mix(of.hash + position * golden); }

std::string sentence(int error) { return std::strerror(error); }

Unavailable no_space(std::uint64_t needed, std::uint64_t free) {
  const auto text = [](std::uint64_t bytes) {
    return results::format(static_cast<double>(bytes), results::Unit::byte);
  };
  return Unavailable("not enough free space in the --target folder: the test file needs " + text(needed) +
                     " and may take half of what is free, " + text(free) + " are free");
}

std::uint64_t free_space(const fs::path& target) {
  struct statvfs space = {};
  if (::statvfs(target.c_str(), &space) != 0) {
    throw Unavailable("the --target folder cannot be used: " + sentence(errno));
  }
  return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

void refuse_memory(const fs::path& target) {
  struct statfs system = {};
  if (::statfs(target.c_str(), &system) != 0) {
    throw Unavailable("the --target folder cannot be used: " + sentence(errno));
  }
  const auto type = static_cast<unsigned long>(system.f_type);
  if (type == TMPFS_MAGIC || type == RAMFS_MAGIC || type == HUGETLBFS_MAGIC) {
    throw Unavailable("the --target folder is in memory (tmpfs), not on a device: give --target on a disk");
  }
}

FileDescriptor open_direct(const fs::path& file, int flags) {
  FileDescriptor opened(::open(file.c_str(), flags | O_DIRECT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (opened || errno == ENOENT) return opened;
  if (errno == EINVAL) {
    throw Unavailable(
        "the file system of the --target folder refuses direct reads (O_DIRECT): give --target on another");
  }
  throw Unavailable("the test file cannot be opened in the --target folder: " + sentence(errno));
}

std::optional<Closing> closing_of(int file) {
  struct stat status = {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < static_cast<off_t>(page)) return {};
  const std::uint64_t bytes = static_cast<std::uint64_t>(status.st_size) - page;
  const probes::Pages memory(page);
  if (::pread(file, memory.bytes().data(), page, static_cast<off_t>(bytes)) != static_cast<ssize_t>(page)) return {};
  Closing closing = {};
  std::memcpy(&closing, memory.bytes().data(), sizeof closing);
  const bool ours = std::memcmp(closing.magic, magic, sizeof magic) == 0 && closing.bytes == bytes &&
                    closing.check == stamp(closing.seed, bytes / page);
  return ours ? std::optional(closing) : std::nullopt;
}

void write_all(int file, std::span<const std::byte> content, std::uint64_t offset, std::uint64_t needed,
               const fs::path& target) {
  while (!content.empty()) {
    const ssize_t written = ::pwrite(file, content.data(), content.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == ENOSPC || errno == EDQUOT)) throw no_space(needed, free_space(target));
    if (written <= 0) throw Unavailable("the test file cannot be written in the --target folder: " + sentence(errno));
    content = content.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

// Real blocks, not a sparse file; where the file system cannot reserve, the writes find out.
void reserve(int file, std::uint64_t needed, const fs::path& target) {
  if (::fallocate(file, 0, 0, static_cast<off_t>(needed)) == 0) return;
  if (errno == ENOSPC || errno == EDQUOT) throw no_space(needed, free_space(target));
  if (errno == EFBIG) throw Unavailable("the test file would be larger than files may be here (ulimit -f)");
}

void write_content(int file, std::uint64_t bytes, std::uint64_t seed, const fs::path& target) {
  const probes::Pages memory(std::size_t{4} << 20);
  for (std::uint64_t offset = 0; offset < bytes; offset += memory.bytes().size()) {
    const auto chunk = memory.bytes().first(std::min<std::uint64_t>(memory.bytes().size(), bytes - offset));
    for (std::size_t at = 0; at < chunk.size(); at += page) {
      fill_page(chunk.subspan(at).first<page>(), seed, (offset + at) / page);
    }
    write_all(file, chunk, offset, bytes + page, target);
  }
  Closing closing = {{}, bytes, seed, stamp(seed, bytes / page)};
  std::memcpy(closing.magic, magic, sizeof magic);
  const auto last = memory.bytes().first(page);
  std::fill(last.begin(), last.end(), std::byte{0});
  std::memcpy(last.data(), &closing, sizeof closing);
  write_all(file, last, bytes, bytes + page, target);
  if (::fsync(file) != 0) throw Unavailable("the test file cannot be written: " + sentence(errno));
}

std::uint64_t draw_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// A half-written file is worth nothing; it goes when laying out fails.
class Partial {
 public:
  explicit Partial(fs::path file) : file_(std::move(file)) {
    try {
      opened_ = open_direct(file_, O_RDWR | O_CREAT | O_EXCL);
    } catch (...) {
      discard();  // a file system that refuses O_DIRECT may have made the file before it said so
      throw;
    }
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  ~Partial() {
    if (!kept_) discard();
  }

  int number() const { return opened_.number(); }

  void keep_as(const fs::path& file) {
    if (::rename(file_.c_str(), file.c_str()) != 0) {
      throw Unavailable("the test file cannot be renamed: " + sentence(errno));
    }
    kept_ = true;
  }

 private:
  void discard() const { ::unlink(file_.c_str()); }

  fs::path file_;
  FileDescriptor opened_;
  bool kept_ = false;
};

void lay_out(const fs::path& target, std::uint64_t bytes) {
  const std::uint64_t needed = bytes + page;
  if (const std::uint64_t free = free_space(target); needed > free / 2) throw no_space(needed, free);
  Partial partial(target / partial_name);
  reserve(partial.number(), needed, target);
  write_content(partial.number(), bytes, draw_seed(), target);
  partial.keep_as(target / file_name);
}

}  // namespace

Stamp stamp(std::uint64_t seed, std::uint64_t index) { return {index, mix(seed ^ mix(index + golden)) | 1}; }

Stamp stamp_in(const std::byte* content) {
  Stamp found = {};
  std::memcpy(&found, content, sizeof found);
  return found;
}

void fill_page(std::span<std::byte, page> content, std::uint64_t seed, std::uint64_t index) {
  const Stamp own = stamp(seed, index);
  std::memcpy(content.data(), &own, sizeof own);
  for (std::size_t at = sizeof own; at < page; at += 8) {
    const std::uint64_t value = word(own, at / 8);
    std::memcpy(content.data() + at, &value, sizeof value);
  }
}

bool holds_page(std::span<const std::byte, page> content, std::uint64_t seed, std::uint64_t index) {
  const Stamp own = stamp(seed, index);
  if (stamp_in(content.data()) != own) return false;
  for (std::size_t at = sizeof own; at < page; at += 8) {
    std::uint64_t value = 0;
    std::memcpy(&value, content.data() + at, sizeof value);
    if (value != word(own, at / 8)) return false;
  }
  return true;
}

TestFile TestFile::open(const fs::path& target, std::uint64_t bytes, Medium medium) {
  if (target.empty()) throw Unavailable("no --target folder given");
  if (medium == Medium::device) refuse_memory(target);
  if (bytes == 0 || bytes % page != 0) throw Unavailable("the test file must be a multiple of 4096 bytes long");

  const fs::path file = target / file_name;
  FileDescriptor opened = open_direct(file, O_RDONLY);
  std::optional<Closing> closing = opened ? closing_of(opened.number()) : std::nullopt;
  if (opened && !closing) {
    throw Unavailable("the --target folder holds a file " + std::string(file_name) +
                      " that is not a complete test file of ours: move it away");
  }
  if (!closing || closing->bytes < bytes) {
    remove_test_file(target);
    lay_out(target, bytes);
    opened = open_direct(file, O_RDONLY);
    closing = opened ? closing_of(opened.number()) : std::nullopt;
    if (!closing) throw Unavailable("the test file in the --target folder does not read back as it was written");
  }
  return TestFile(std::move(opened), closing->bytes, closing->seed);
}

TestFile TestFile::open_existing(const fs::path& target, Medium medium) {
  if (target.empty()) throw Unavailable("no --target folder given");
  if (medium == Medium::device) refuse_memory(target);
  FileDescriptor opened = open_direct(target / file_name, O_RDONLY);
  const std::optional<Closing> closing = opened ? closing_of(opened.number()) : std::nullopt;
  if (!closing) throw Unavailable("the --target folder holds no complete test file of ours");
  return TestFile(std::move(opened), closing->bytes, closing->seed);
}

void remove_test_file(const fs::path& target) {
  if (target.empty()) return;
  ::unlink((target / partial_name).c_str());
  const fs::path file = target / file_name;
  // Without O_DIRECT: what must go has to go on any file system.
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (opened && closing_of(opened.number())) ::unlink(file.c_str());
}

}  // namespace sextant::storage
