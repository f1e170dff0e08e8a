// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sextant::storage {

enum class Operation : std::uint8_t { read, write, nothing };

// One request: bytes of a file into memory or out of it. `nothing` asks for no device, only for an answer.
struct Request {
  std::uint32_t slot;  // of its memory, unique among those in flight
  Operation operation;
  std::span<std::byte> memory;
  std::uint64_t offset;  // in the file
};

// A request that is finished.
struct Completion {
  std::uint32_t slot;
  int result;  // bytes moved, or a negative errno
};

// A channel takes requests and says which have finished; used by the thread that made it. Every way to reach a device is
// one, a plain value with these functions; what waits is told how long it may.
template <class T>
concept Channel = requires(T channel, const Request& request, std::span<std::byte> memory, double seconds) {
  channel.queue(request);                                      // nothing is sent yet
  { channel.submit_and_wait(seconds) } -> std::same_as<bool>;  // sends all; false when nothing finished in this time
  channel.take();  // all that has finished, as a span of Completion, valid until the next call
  { channel.register_buffers(memory) } -> std::same_as<bool>;  // before requests use it; false: they work, but slower
  channel.unregister_buffers();
};

}  // namespace sextant::storage
