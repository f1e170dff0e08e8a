// SPDX-License-Identifier: Apache-2.0
#include "storage/files/file_system.hpp"

#include <linux/magic.h>
#include <sys/statfs.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include "probes/probe/probe.hpp"

namespace sextant::storage {
namespace {

namespace fs = std::filesystem;

enum class Kind { device, memory, overlay, program, network };

struct Known {
  unsigned long magic;
  const char* name;
  Kind kind;
};

// Numbers that linux/magic.h lacks are from statfs(2).
constexpr std::array known = {
    Known{TMPFS_MAGIC, "tmpfs", Kind::memory},
    Known{RAMFS_MAGIC, "ramfs", Kind::memory},
    Known{HUGETLBFS_MAGIC, "hugetlbfs", Kind::memory},
    Known{OVERLAYFS_SUPER_MAGIC, "overlay", Kind::overlay},
    Known{0x65735546, "fuse", Kind::program},
    Known{V9FS_MAGIC, "9p", Kind::network},
    Known{NFS_SUPER_MAGIC, "nfs", Kind::network},
    Known{SMB2_SUPER_MAGIC, "smb2", Kind::network},
    Known{CIFS_SUPER_MAGIC, "cifs", Kind::network},
    Known{CEPH_SUPER_MAGIC, "ceph", Kind::network},
    Known{EXT4_SUPER_MAGIC, "ext4", Kind::device},
    Known{XFS_SUPER_MAGIC, "xfs", Kind::device},
    Known{BTRFS_SUPER_MAGIC, "btrfs", Kind::device},
    Known{F2FS_SUPER_MAGIC, "f2fs", Kind::device},
    Known{0x2fc12fc1, "zfs", Kind::device},
};

unsigned long magic_of(const fs::path& folder) {
  struct statfs system = {};
  if (::statfs(folder.c_str(), &system) != 0) {
    throw probes::Unavailable(std::string("the --target folder cannot be used: ") + std::strerror(errno));
  }
  return static_cast<unsigned long>(system.f_type);
}

const Known* find(unsigned long magic) {
  for (const Known& each : known) {
    if (each.magic == magic) return &each;
  }
  return nullptr;
}

std::string caveat_of(Kind kind, const std::string& name) {
  switch (kind) {
    case Kind::program:
      return "the --target folder is served by a program (FUSE): what is measured is that program, not a device";
    case Kind::network:
      return "the --target folder is on another machine (" + name + "): what is measured is the way there as well";
    case Kind::overlay:
      return "the --target folder is an overlay: files lie on the file system below it, which does not show here";
    default:
      return {};
  }
}

bool is_below(const fs::path& path, const fs::path& mount) {
  auto at = path.begin();
  for (auto part = mount.begin(); part != mount.end(); ++part) {
    if (part->empty()) continue;  // a trailing slash
    if (at == path.end() || *at++ != *part) return false;
  }
  return true;
}

}  // namespace

// Fields: number, parent, device, root, mount point, options, tags until "-", type, source, options of the file system
// (proc(5)). The longest mount point above the folder is its own, the last of several at one place.
fs::path upper_folder(const std::string& mountinfo, const fs::path& folder) {
  constexpr std::string_view option = "upperdir=";
  std::size_t longest = 0;
  fs::path upper;
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string skipped, mount, type, source, options;
    fields >> skipped >> skipped >> skipped >> skipped >> mount;
    while (fields >> skipped && skipped != "-") {
    }
    if (!(fields >> type >> source >> options) || mount.size() < longest || !is_below(folder, mount)) continue;
    longest = mount.size();
    const std::size_t begin = options.find(option);
    upper = type != "overlay" || begin == std::string::npos
                ? fs::path()
                : fs::path(options.substr(begin + option.size(), options.find(',', begin) - begin - option.size()));
  }
  return upper;
}

FileSystem file_system_of(const fs::path& folder, const fs::path& root) {
  const unsigned long magic = magic_of(folder);
  const Known* const entry = find(magic);
  if (entry == nullptr) {
    std::ostringstream number;
    number << "0x" << std::hex << magic;
    return {number.str(), false, {}};
  }
  FileSystem found = {entry->name, entry->kind == Kind::memory, caveat_of(entry->kind, entry->name)};
  if (entry->kind != Kind::overlay) return found;

  // Containers have the upper folder outside of what they see; elsewhere it can be asked.
  std::ifstream file(root / "proc/self/mountinfo");
  const std::string mountinfo{std::istreambuf_iterator<char>(file), {}};
  std::error_code error;
  const fs::path upper = upper_folder(mountinfo, fs::canonical(folder, error));
  if (upper.empty() || !fs::is_directory(upper, error)) return found;
  FileSystem below = file_system_of(upper, root);
  below.name = "overlay on " + below.name;
  return below;
}

void refuse_memory(const fs::path& folder) {
  const FileSystem system = file_system_of(folder);
  if (!system.memory) return;
  throw probes::Unavailable("the --target folder is in memory (" + system.name +
                            "), not on a device: give --target on a disk");
}

}  // namespace sextant::storage
