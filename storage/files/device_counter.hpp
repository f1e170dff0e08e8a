// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "storage/files/file_descriptor.hpp"

namespace sextant::storage {

// What a block device says it has done since the machine started. Requests are the device's own, after the kernel split
// and merged what was asked of it. NaN is not known.
struct DeviceCount {
  double read_requests;
  double read_bytes;
  double written_requests;
  double written_bytes;
};
DeviceCount operator-(const DeviceCount& after, const DeviceCount& before);

// The counts of the block device below a file, or of a block device that is open itself: counts that know nothing of
// ours. They hold the requests of everybody on the device, so they can only be larger than what one program caused.
class DeviceCounter {
 public:
  explicit DeviceCounter(int file, const std::filesystem::path& devices = "/sys/dev/block");

  // NaN throughout where the file has no block device of its own (overlay, network, FUSE) or the device never counted
  // anything (accounting switched off, or done by the devices below it).
  DeviceCount now() const;

 private:
  FileDescriptor statistics_;
};

}  // namespace sextant::storage
