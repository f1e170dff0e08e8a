// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/files/file_descriptor.hpp"

// Block devices in the place of a file. A worker is given a folder as always; where the user named a device, the folder
// is one of ours and holds a link to it, and beside that what has to be kept about the device.
namespace sextant::storage {

enum class Access { read, write };

bool is_block_device(const std::filesystem::path& path);
bool same_device(const std::filesystem::path& one, const std::filesystem::path& other);

// Opens it with O_DIRECT. Throws probes::Unavailable with a sentence: not there, no permission, read-only, or somebody
// uses it (a file system, swap, RAID, device mapper). That is asked of the kernel by opening it alone for a moment.
FileDescriptor open_device(const std::filesystem::path& device, Access access);

std::uint64_t device_bytes(int device);  // 0 where it does not say

// Why the device cannot be had alone: "it is mounted", "it is used as swap", "other devices are made of it (md0)"; read
// below `root`.
std::string used_by(std::uint64_t number, const std::filesystem::path& root = "/");

// The device that stands for the files of a folder. Where `overwrite` the user agreed to lose what it holds.
struct NamedDevice {
  std::filesystem::path path;
  bool overwrite = false;
};

// `folder` becomes one that only its owner uses. Throws std::system_error.
void name_device(const std::filesystem::path& folder, const NamedDevice& device);

// Nothing for a folder of files. A link that somebody else may have put there is not followed: it could name any disk.
std::optional<NamedDevice> named_device(const std::filesystem::path& folder);

// Removes the links. Does not throw.
void forget_device(const std::filesystem::path& folder);

}  // namespace sextant::storage
