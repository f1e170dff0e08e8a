// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/requests/request.hpp"

struct io_uring;

namespace sextant::storage {

// How a ring talks to the kernel.
struct RingOptions {
  bool registered = true;        // the file and, when asked, buffers: spares looking them up for each request
  bool submission_poll = false;  // a thread of the kernel fetches requests (SQPOLL); it takes a processor
  bool completion_poll = false;  // the kernel asks the device instead of being interrupted (IOPOLL)
};

// An io_uring for requests to one file. Used by the thread that made it.
class Ring {
 public:
  // Room for `depth` requests in flight on the open file `file`, which must outlive the ring. Throws
  // probes::Unavailable with the sentence of why_refused() when the kernel says no.
  Ring(unsigned depth, int file, const RingOptions& options = {});

  // Registers memory that requests may then name, in place of what was registered before; spares the kernel looking up
  // and pinning pages per request. Returns false when the options do not want it or the kernel refuses (locked-memory
  // limit); requests then work unregistered.
  bool register_buffers(std::span<std::byte> memory);
  void unregister_buffers();

  // Queues a request, with registered memory or any other; nothing is sent before submit_and_wait(). At most `depth` may
  // be queued or in flight.
  void queue(const Request& request);
  void read(std::uint32_t slot, std::span<std::byte> into, std::uint64_t offset);

  // Sends what is queued and returns when at least one request has finished. Throws std::system_error.
  void submit_and_wait();

  // The same for at most `seconds` (zero: only looks); false when nothing has finished by then.
  bool submit_and_wait(double seconds);

  // Takes everything that has finished; valid until the next call.
  std::span<const Completion> take();

 private:
  struct Close {
    void operator()(io_uring* ring) const;
  };
  std::unique_ptr<io_uring, Close> ring_;
  std::span<std::byte> registered_;
  std::vector<Completion> finished_;
  bool register_ = true;
  int file_ = -1;  // what a request names: index 0 of the registered files, or the descriptor itself
  unsigned file_flags_ = 0;
};

// Why io_uring_setup failed with `error` (a positive errno) and what to do about it; the kernel's switch is read below
// `root`.
std::string why_refused(int error, const std::filesystem::path& root = "/");

}  // namespace sextant::storage
