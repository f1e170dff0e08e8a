// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "storage/files/file_descriptor.hpp"

namespace sextant::storage {

// What the block device below a file says it has read since the machine started: a count that knows nothing of ours.
// It holds the reads of everybody on the device, so it can only be larger than what one program asked for.
class ReadCounter {
 public:
  explicit ReadCounter(int file, const std::filesystem::path& devices = "/sys/dev/block");

  // Bytes; NaN where the file has no block device of its own (overlay, network) or the device never counted anything
  // (accounting switched off, or done by the devices below it).
  double bytes() const;

 private:
  FileDescriptor statistics_;
};

}  // namespace sextant::storage
