// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "probes/machine/machine.hpp"
#include "storage/files/file_descriptor.hpp"
#include "storage/requests/bent.hpp"
#include "storage/requests/mapped.hpp"
#include "storage/requests/passthrough.hpp"
#include "storage/requests/ring.hpp"
#include "storage/requests/synchronous.hpp"

namespace sextant::storage {

// The ways to move bytes between a file and memory.
enum class Method {
  io_uring,         // registered buffers and file
  io_uring_plain,   // neither
  io_uring_sqpoll,  // registered, and a thread of the kernel fetches the requests
  io_uring_iopoll,  // registered, and the kernel polls the device
  nvme_passthrough,
  pread,  // and pwrite
  mmap_cold,
  mmap_warm,
  page_cache,  // io_uring without O_DIRECT, on pages that are in the cache
  nop,         // io_uring's own round trip: no device is asked
};

Method method_named(const std::string& word);  // throws probes::Unavailable
std::string_view name(Method method);

// Whether the device must have been asked for every byte: what its own counter is compared with.
bool asks_device(Method method);

// Whether what is read lies in the page cache of this system on purpose.
bool cached(Method method);

using AnyChannel = std::variant<Ring, Synchronous, Mapped, Passthrough, Bent>;

struct ChannelRequest {
  Method method = Method::io_uring;
  std::uint32_t depth = 1;
  int direct = -1;                   // the file, opened with O_DIRECT
  int cached = -1;                   // the same through the page cache, for methods that want it
  const Mapping* mapping = nullptr;  // of the part that is used, likewise
  std::span<std::byte> trial = {};   // memory for one read of the first bytes of the file
};

// The channel of one thread, made by that thread. Throws probes::Unavailable with a sentence where the method cannot be
// had here. What only a request can tell, whether the device polls or takes commands, is found by one read.
AnyChannel open_channel(const ChannelRequest& wanted);

// Throws probes::Unavailable where a method has no such depth, wants more processors than there are, or is refused by the
// kernel altogether.
void require_possible(Method method, std::uint32_t depth, const probes::Machine& machine);

}  // namespace sextant::storage
