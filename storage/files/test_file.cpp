// SPDX-License-Identifier: Apache-2.0
#include "storage/files/test_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <string>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"
#include "storage/files/file_system.hpp"
#include "storage/files/layout.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::Unavailable;

// The file is written under its partial name and renamed when whole, so the final name always is a complete file and a
// killed worker leaves only a partial one, which the next launch replaces.
constexpr const char* file_name = "sextant-storage.test";
constexpr const char* partial_name = "sextant-storage.test.partial";
constexpr const char* table_name = "sextant-storage.pages";
constexpr const char* partial_table_name = "sextant-storage.pages.partial";

std::string sentence(int error) { return std::strerror(error); }

std::string text(std::uint64_t bytes) { return results::format(static_cast<double>(bytes), results::Unit::byte); }

Unavailable no_space(std::uint64_t needed, std::uint64_t free) {
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

void require_folder(const fs::path& target, Medium medium) {
  if (target.empty()) throw Unavailable("no --target folder given");
  if (medium == Medium::device) refuse_memory(target);
}

FileDescriptor open_direct(const fs::path& file, int flags) {
  FileDescriptor opened(::open(file.c_str(), flags | O_DIRECT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (opened || errno == ENOENT) return opened;
  switch (errno) {
    case EINVAL:
      throw Unavailable(
          "the file system of the --target folder refuses direct reads (O_DIRECT): give --target on another");
    case EROFS:
      throw Unavailable("the file system of the --target folder is read-only: give --target on another");
    case EACCES:
    case EPERM:
      throw Unavailable("this user may not make files in the --target folder: give one that is yours");
    default:
      throw Unavailable("the test file cannot be opened in the --target folder: " + sentence(errno));
  }
}

std::optional<Closing> closing_of(int file) {
  struct stat status = {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < static_cast<off_t>(page)) return {};
  const std::uint64_t bytes = static_cast<std::uint64_t>(status.st_size) - page;
  const std::optional<Closing> closing = closing_at(file, bytes);
  return closing && closing->bytes == bytes ? closing : std::nullopt;
}

// Throws for the errno of a file that could not be reserved or written.
void require_written(int error, std::uint64_t needed, const fs::path& target) {
  if (error == 0) return;
  if (error == ENOSPC || error == EDQUOT) throw no_space(needed, free_space(target));
  if (error == EFBIG) throw Unavailable("the test file would be larger than files may be here (ulimit -f)");
  throw Unavailable("the test file cannot be written in the --target folder: " + sentence(error));
}

// Real blocks, not a sparse file; where the file system cannot reserve, the writes find out.
int reserve(int file, std::uint64_t needed) {
  if (::fallocate(file, 0, 0, static_cast<off_t>(needed)) == 0) return 0;
  return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? errno : 0;
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
  require_written(reserve(partial.number(), needed), needed, target);
  require_written(write_content(partial.number(), bytes, draw_seed(), bytes), needed, target);
  partial.keep_as(target / file_name);
}

// On a device the last page closes what lies at its beginning, so that it is found whatever its length.
std::uint64_t closing_offset_of(int device) {
  const std::uint64_t pages = device_bytes(device) / page;
  return pages == 0 ? 0 : (pages - 1) * page;
}

void remove_file_of_ours(const fs::path& target) {
  ::unlink((target / partial_name).c_str());
  const fs::path file = target / file_name;
  // Without O_DIRECT: what must go has to go on any file system.
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (opened && closing_of(opened.number())) ::unlink(file.c_str());
}

}  // namespace

TestFile::TestFile(FileDescriptor file, std::uint64_t bytes, std::uint64_t seed, std::optional<KnownPages> known)
    : file_(std::move(file)),
      bytes_(bytes),
      seed_(seed),
      known_(std::move(known)),
      alignment_(alignment_of(file_.number())) {}

TestFile TestFile::on_device(const NamedDevice& device, const fs::path& folder, std::uint64_t bytes, Access access) {
  if (access == Access::write && !device.overwrite) {
    throw Unavailable("this would overwrite the block device of --target: --destructive DEVICE agrees to that");
  }
  FileDescriptor opened = open_device(device.path, access);
  const std::uint64_t closing_offset = closing_offset_of(opened.number());
  if (bytes > (device.overwrite ? closing_offset : device_bytes(opened.number()))) {
    throw Unavailable("the block device of --target is too small: it has " + text(device_bytes(opened.number())) +
                      ", the point needs " + text(bytes));
  }
  if (!device.overwrite) {
    KnownPages known = KnownPages::of(opened.number(), bytes, folder / table_name);
    const std::uint64_t have = known.bytes();
    return TestFile(std::move(opened), have, 0, std::move(known));
  }
  std::optional<Closing> closing = closing_at(opened.number(), closing_offset);
  if (!closing || closing->bytes < bytes) {
    const FileDescriptor writable = open_device(device.path, Access::write);
    if (const int error = write_content(writable.number(), bytes, draw_seed(), closing_offset)) {
      throw Unavailable("the block device of --target cannot be written: " + sentence(error));
    }
    closing = closing_at(opened.number(), closing_offset);
    if (!closing) throw Unavailable("the block device of --target does not read back as it was written");
  }
  return TestFile(std::move(opened), closing->bytes, closing->seed);
}

TestFile TestFile::existing_on_device(const NamedDevice& device, const fs::path& folder) {
  FileDescriptor opened = open_device(device.path, Access::read);
  if (device.overwrite) {
    const std::optional<Closing> closing = closing_at(opened.number(), closing_offset_of(opened.number()));
    if (closing) return TestFile(std::move(opened), closing->bytes, closing->seed);
  } else if (std::optional<KnownPages> known = KnownPages::existing(opened.number(), folder / table_name)) {
    const std::uint64_t bytes = known->bytes();
    return TestFile(std::move(opened), bytes, 0, std::move(known));
  }
  throw Unavailable("nothing is known yet of what the block device of --target holds");
}

TestFile TestFile::open(const fs::path& target, std::uint64_t bytes, Medium medium, Access access) {
  if (bytes == 0 || bytes % page != 0) throw Unavailable("the test file must be a multiple of 4096 bytes long");
  if (const auto device = named_device(target)) return on_device(*device, target, bytes, access);
  require_folder(target, medium);

  const int flags = access == Access::write ? O_RDWR : O_RDONLY;
  const fs::path file = target / file_name;
  FileDescriptor opened = open_direct(file, flags);
  std::optional<Closing> closing = opened ? closing_of(opened.number()) : std::nullopt;
  if (opened && !closing) {
    throw Unavailable("the --target folder holds a file " + std::string(file_name) +
                      " that is not a complete test file of ours: move it away");
  }
  if (!closing || closing->bytes < bytes) {
    remove_file_of_ours(target);
    lay_out(target, bytes);
    opened = open_direct(file, flags);
    closing = opened ? closing_of(opened.number()) : std::nullopt;
    if (!closing) throw Unavailable("the test file in the --target folder does not read back as it was written");
  }
  return TestFile(std::move(opened), closing->bytes, closing->seed);
}

TestFile TestFile::open_existing(const fs::path& target, Medium medium) {
  if (const auto device = named_device(target)) return existing_on_device(*device, target);
  require_folder(target, medium);
  FileDescriptor opened = open_direct(target / file_name, O_RDONLY);
  const std::optional<Closing> closing = opened ? closing_of(opened.number()) : std::nullopt;
  if (!closing) throw Unavailable("the --target folder holds no complete test file of ours");
  return TestFile(std::move(opened), closing->bytes, closing->seed);
}

void TestFile::require_block(std::uint64_t block) const {
  require_aligned(alignment_, block);
  if (known_ && block % page != 0) {
    throw Unavailable(
        "block must be a multiple of 4096 bytes on a block device that is only read: what it holds is "
        "known by the page");
  }
}

void TestFile::spoil(std::span<std::byte> content, std::uint64_t offset) const {
  if (known_) {
    known_->spoil(content.data(), offset);
    known_->spoil(content.last(page).data(), offset + content.size() - page);
    return;
  }
  std::memset(content.data(), 0, sizeof(Stamp));
  std::memset(content.last(sector).data(), 0, sizeof(Stamp));
}

std::uint64_t TestFile::origin(std::span<const std::byte> content, std::uint64_t offset) const {
  if (known_) {
    const bool right = known_->begins(content.data(), offset) &&
                       known_->begins(content.last(page).data(), offset + content.size() - page);
    return right ? offset : nowhere;
  }
  const Stamp first = stamp_in(content.data());
  const Stamp last = stamp_in(content.last(sector).data());
  const bool one =
      valid(first, seed_) && valid(last, seed_) && offset_of(last) - offset_of(first) == content.size() - sector;
  return one ? offset_of(first) : nowhere;
}

bool TestFile::holds(std::span<const std::byte> content, std::uint64_t offset) const {
  return known_ ? known_->holds(content, offset) : storage::holds(content, seed_, offset);
}

std::string TestFile::describe(std::span<const std::byte> content, std::uint64_t offset) const {
  if (known_) return known_->spoilt(content.data(), offset) ? "was not written" : "holds something else";
  const Stamp first = stamp_in(content.data());
  if (first.hash == 0) return "was not written";
  if (!valid(first, seed_)) return "holds something else";
  return "begins with what lies at byte " + std::to_string(offset_of(first));
}

void remove_test_file(const fs::path& target) {
  if (target.empty()) return;
  if (named_device(target)) {
    ::unlink((target / table_name).c_str());
    ::unlink((target / partial_table_name).c_str());
    forget_device(target);
    return;
  }
  remove_file_of_ours(target);
}

}  // namespace sextant::storage
