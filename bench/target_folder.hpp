// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace sextant::bench {

// What the user said about where the storage probes may read and write.
struct TargetOptions {
  std::string target;       // a folder, a block device, or empty: a folder inside the run
  std::string destructive;  // the same block device once more: what it holds may be lost
  bool keep = false;        // the test file stays in the folder
};

// Throws UsageError with a sentence: neither a folder nor a block device, a device that is in use or not ours to open,
// --destructive of another device than --target, --keep where nothing could be kept. Changes nothing.
void check(const TargetOptions& options);

// The folder that workers are given. Files a probe made for itself go with the run; a folder we made for them goes too.
class TargetFolder {
 public:
  // Options that check() let pass; `output` is the run folder. Throws results::WriteError.
  TargetFolder(const TargetOptions& options, const std::filesystem::path& output);
  ~TargetFolder();
  TargetFolder(const TargetFolder&) = delete;
  TargetFolder& operator=(const TargetFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string warning() const;  // for the record, when what answers may be no device; else empty

 private:
  std::filesystem::path path_;
  bool ours_;
  bool keep_;
};

}  // namespace sextant::bench
