// SPDX-License-Identifier: Apache-2.0
#include "storage/files/block_device.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "probes/probe/probe.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;
using probes::Unavailable;

constexpr const char* device_link = "sextant-storage.device";
constexpr const char* overwrite_link = "sextant-storage.overwrite";

std::string number_text(std::uint64_t number) {
  return std::to_string(major(number)) + ":" + std::to_string(minor(number));
}

Unavailable refused(int error, Access access, std::uint64_t number) {
  const std::string what = "the block device of --target ";
  switch (error) {
    case EBUSY: {
      const std::string user = used_by(number);
      return Unavailable(what + "is in use" + (user.empty() ? "" : ": " + user));
    }
    case EACCES:
    case EPERM:
      return Unavailable(what + "may not be opened for " + (access == Access::write ? "writing" : "reading") +
                         " by this user: run as root, or join the group of the device");
    case EROFS:
      return Unavailable(what + "is read-only");
    case EINVAL:
      return Unavailable(what + "refuses direct requests (O_DIRECT)");
    default:
      return Unavailable(what + "cannot be opened: " + std::strerror(error));
  }
}

bool mounted(const std::string& number, const fs::path& root) {
  std::ifstream lines(root / "proc/self/mountinfo");
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string id, parent, device;
    if (fields >> id >> parent >> device && device == number) return true;
  }
  return false;
}

bool swapped(std::uint64_t number, const fs::path& root) {
  std::ifstream lines(root / "proc/swaps");
  for (std::string line; std::getline(lines, line);) {
    const std::string path = line.substr(0, line.find_first_of(" \t"));
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode) && status.st_rdev == number) return true;
  }
  return false;
}

// Of a whole disk, its partitions: a folder each that holds its number.
std::string partition_in_use(const fs::path& device, const fs::path& root) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(device, error)) {
    std::string number;
    if (!fs::exists(entry.path() / "partition", error) || !(std::ifstream(entry.path() / "dev") >> number)) continue;
    unsigned high = 0, low = 0;
    char colon = 0;
    if (!(std::istringstream(number) >> high >> colon >> low)) continue;
    if (const std::string user = used_by(makedev(high, low), root); !user.empty()) {
      return "a partition of it, " + entry.path().filename().string() + ": " + user;
    }
  }
  return {};
}

// A folder that nobody but us can put things into.
bool ours_alone(const struct stat& status) {
  return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

bool is_block_device(const fs::path& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode);
}

bool same_device(const fs::path& one, const fs::path& other) {
  struct stat a = {}, b = {};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode) &&
         a.st_rdev == b.st_rdev;
}

FileDescriptor open_device(const fs::path& device, Access access) {
  const int flags = (access == Access::write ? O_RDWR : O_RDONLY) | O_DIRECT | O_CLOEXEC | O_NONBLOCK;
  struct stat status = {};
  if (::stat(device.c_str(), &status) != 0) throw refused(errno, access, 0);
  if (!S_ISBLK(status.st_mode)) throw Unavailable("the block device of --target is no block device any more");
  // O_EXCL without O_CREAT claims a block device (open(2)); several trials of ours have it open at a time, so only now.
  if (const FileDescriptor alone(::open(device.c_str(), flags | O_EXCL)); !alone) {
    throw refused(errno, access, status.st_rdev);
  }
  FileDescriptor opened(::open(device.c_str(), flags));
  struct stat now = {};
  if (!opened || ::fstat(opened.number(), &now) != 0) throw refused(errno, access, status.st_rdev);
  if (now.st_rdev != status.st_rdev) throw Unavailable("the block device of --target became another one");
  int read_only = 0;  // the kernel lets it be opened all the same, and fails each write
  if (access == Access::write && ::ioctl(opened.number(), BLKROGET, &read_only) == 0 && read_only != 0) {
    throw refused(EROFS, access, status.st_rdev);
  }
  return opened;
}

std::uint64_t device_bytes(int device) {
  std::uint64_t bytes = 0;
  return ::ioctl(device, BLKGETSIZE64, &bytes) == 0 ? bytes : 0;
}

std::string used_by(std::uint64_t number, const fs::path& root) {
  const std::string text = number_text(number);
  if (mounted(text, root)) return "it is mounted: unmount it first";
  if (swapped(number, root)) return "it is used as swap: swapoff it first";
  const fs::path device = root / "sys/dev/block" / text;
  std::error_code error;
  for (const auto& holder : fs::directory_iterator(device / "holders", error)) {
    return "other devices are made of it (" + holder.path().filename().string() + ")";
  }
  return partition_in_use(device, root);
}

void name_device(const fs::path& folder, const NamedDevice& device) {
  forget_device(folder);
  fs::permissions(folder, fs::perms::owner_all);  // named_device() trusts no folder that others may write
  const fs::path path = fs::canonical(device.path);
  fs::create_symlink(path, folder / device_link);
  if (device.overwrite) fs::create_symlink(path, folder / overwrite_link);
}

std::optional<NamedDevice> named_device(const fs::path& folder) {
  struct stat in = {}, link = {};
  const fs::path name = folder / device_link;
  if (::lstat(name.c_str(), &link) != 0 || !S_ISLNK(link.st_mode)) return {};
  if (::stat(folder.c_str(), &in) != 0 || !ours_alone(in) || link.st_uid != ::geteuid()) return {};
  std::error_code error;
  const fs::path path = fs::read_symlink(name, error);
  return NamedDevice{path, !path.empty() && fs::read_symlink(folder / overwrite_link, error) == path};
}

void forget_device(const fs::path& folder) {
  for (const char* name : {device_link, overwrite_link}) {
    struct stat link = {};
    if (::lstat((folder / name).c_str(), &link) == 0 && S_ISLNK(link.st_mode)) ::unlink((folder / name).c_str());
  }
}

}  // namespace sextant::storage
