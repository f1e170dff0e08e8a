// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace sextant::storage {

// What lies below a folder, as far as the system tells.
struct FileSystem {
  std::string name;     // "ext4"; its number in hexadecimal where we have no name for it
  bool memory = false;  // its files are memory: no device is ever asked
  std::string caveat;   // one sentence where what answers may be no device of this machine; else empty
};

// Throws probes::Unavailable when the folder cannot be asked. `root` is "/" outside tests.
FileSystem file_system_of(const std::filesystem::path& folder, const std::filesystem::path& root = "/");

// Throws probes::Unavailable with a sentence where files of the folder are memory.
void refuse_memory(const std::filesystem::path& folder);

// The folder in which the overlay that `folder` lies in keeps new files, from the text of /proc/self/mountinfo; empty
// where that does not say.
std::filesystem::path upper_folder(const std::string& mountinfo, const std::filesystem::path& folder);

}  // namespace sextant::storage
