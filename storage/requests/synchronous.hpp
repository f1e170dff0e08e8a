// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "storage/requests/request.hpp"

namespace sextant::storage {

// pread and pwrite: one request at a time, and the thread sleeps until it is there.
class Synchronous {
 public:
  explicit Synchronous(int file) : file_(file) {}  // must outlive it

  bool register_buffers(std::span<std::byte>) { return false; }  // these calls know no such thing
  void unregister_buffers() {}
  void queue(const Request& request);  // one
  bool submit_and_wait(double seconds);
  std::span<const Completion> take();

 private:
  int file_;
  std::optional<Request> queued_;
  Completion finished_ = {};
  std::size_t count_ = 0;
};

}  // namespace sextant::storage
