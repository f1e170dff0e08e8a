// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/files/file_descriptor.hpp"
#include "storage/requests/request.hpp"

struct io_uring;

namespace sextant::storage {

// NVMe read commands handed to the driver as they are (IORING_OP_URING_CMD on the character device /dev/ngXnY): no file
// system and no block layer in between. Linux 5.19 and later.
class Passthrough {
 public:
  // For the open block device `device`. Throws probes::Unavailable with a sentence where it is a file, not NVMe, or the
  // kernel refuses.
  Passthrough(unsigned depth, int device);

  bool register_buffers(std::span<std::byte>) { return false; }
  void unregister_buffers() {}
  void queue(const Request& request);
  bool submit_and_wait(double seconds);
  std::span<const Completion> take();

 private:
  struct Close {
    void operator()(io_uring* ring) const;
  };
  FileDescriptor commands_;  // the character device
  std::uint32_t name_space_ = 0;
  unsigned shift_ = 9;  // bytes to logical blocks
  std::unique_ptr<io_uring, Close> ring_;
  std::vector<Completion> finished_;
  std::vector<int> bytes_;  // asked for, per slot: the driver answers 0 when all came
};

// "/dev/ng0n1" for "nvme0n1", the name that the system gives to the whole device or to one of its parts; empty for what
// is not NVMe, or a part of a device (the command would read from the beginning of the whole).
std::string command_device(const std::string& block_device);

}  // namespace sextant::storage
