// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "storage/requests/page_cache.hpp"
#include "storage/requests/request.hpp"

namespace sextant::storage {

// Reads through a mapping of the file: a copy out of it, whose first touches of each page bring that page from the page
// cache or, if it is not there, from the device. One request at a time.
class Mapped {
 public:
  // The mapping is that of all threads, which outlives it: a page that another one maps cannot be evicted.
  explicit Mapped(const Mapping* mapping) : mapping_(mapping) {}

  bool register_buffers(std::span<std::byte>) { return false; }
  void unregister_buffers() {}
  void queue(const Request& request);  // one
  bool submit_and_wait(double seconds);
  std::span<const Completion> take();

 private:
  const Mapping* mapping_;
  std::optional<Request> queued_;
  Completion finished_ = {};
  std::size_t count_ = 0;
};

}  // namespace sextant::storage
