// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/methods.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "probes/probe/probe.hpp"

namespace sextant::storage {
namespace {

using probes::Unavailable;

constexpr std::array<std::pair<Method, std::string_view>, 10> names{{{Method::io_uring, "io_uring"},
                                                                     {Method::io_uring_plain, "io_uring_plain"},
                                                                     {Method::io_uring_sqpoll, "io_uring_sqpoll"},
                                                                     {Method::io_uring_iopoll, "io_uring_iopoll"},
                                                                     {Method::nvme_passthrough, "nvme_passthrough"},
                                                                     {Method::pread, "pread"},
                                                                     {Method::mmap_cold, "mmap_cold"},
                                                                     {Method::mmap_warm, "mmap_warm"},
                                                                     {Method::page_cache, "page_cache"},
                                                                     {Method::nop, "nop"}}};

bool one_at_a_time(Method method) {
  return method == Method::pread || method == Method::mmap_cold || method == Method::mmap_warm;
}

// The bytes that one read brings, or a negative errno.
template <Channel C>
int trial_read(C& channel, std::span<std::byte> memory) {
  const bool registered = channel.register_buffers(memory);
  channel.queue({0, Operation::read, memory, 0});
  int result = -ETIME;
  if (channel.submit_and_wait(5.0)) {
    for (const Completion& completion : channel.take()) result = completion.result;
  }
  if (registered) channel.unregister_buffers();
  return result;
}

Ring polled(const ChannelRequest& wanted) {
  Ring ring(wanted.depth, wanted.direct, {.completion_poll = true});
  const int result = trial_read(ring, wanted.trial);
  if (result == -EOPNOTSUPP || result == -EINVAL) {
    throw Unavailable(
        "this device or its file system does not poll for completions (IOPOLL): NVMe needs queues for it "
        "(nvme.poll_queues on the kernel's command line)");
  }
  if (result != static_cast<int>(wanted.trial.size())) {
    throw Unavailable(std::string("a trial read with polled completions failed: ") +
                      (result < 0 ? std::strerror(-result) : "it was short"));
  }
  return ring;
}

Passthrough passthrough(const ChannelRequest& wanted) {
  Passthrough channel(wanted.depth, wanted.direct);
  const int result = trial_read(channel, wanted.trial);
  if (result != static_cast<int>(wanted.trial.size())) {
    throw Unavailable(std::string("a trial read by NVMe passthrough failed: ") +
                      (result < 0 ? std::strerror(-result) : "it was short"));
  }
  return channel;
}

}  // namespace

Method method_named(const std::string& word) {
  for (const auto& [method, text] : names) {
    if (text == word) return method;
  }
  std::string all;
  for (const auto& [method, text] : names) all += (all.empty() ? "" : ", ") + std::string(text);
  throw Unavailable("method is one of " + all + ", not '" + word + "'");
}

std::string_view name(Method method) {
  for (const auto& [known, text] : names) {
    if (known == method) return text;
  }
  return {};
}

bool asks_device(Method method) { return !cached(method) && method != Method::nop; }

bool cached(Method method) { return method == Method::mmap_warm || method == Method::page_cache; }

void require_possible(Method method, std::uint32_t depth, const probes::Machine& machine) {
  if (one_at_a_time(method) && depth != 1) {
    throw Unavailable(std::string(name(method)) + " has one request in flight per thread: depth 1, and more threads");
  }
  if (!one_at_a_time(method)) Ring(1, -1);  // refused to this process? Said before a file is laid out
  if (method == Method::io_uring_sqpoll && machine.processors.size() < 3) {
    throw Unavailable(
        "SQPOLL keeps a processor busy with fetching requests: with fewer than 3 it is taken from what is measured");
  }
}

AnyChannel open_channel(const ChannelRequest& wanted) {
  switch (wanted.method) {
    case Method::io_uring_plain:
      return Ring(wanted.depth, wanted.direct, {.registered = false});
    case Method::io_uring_sqpoll:
      return Ring(wanted.depth, wanted.direct, {.submission_poll = true});
    case Method::io_uring_iopoll:
      return polled(wanted);
    case Method::nvme_passthrough:
      return passthrough(wanted);
    case Method::pread:
      return Synchronous(wanted.direct);
    case Method::mmap_cold:
    case Method::mmap_warm:
      return Mapped(wanted.mapping);
    case Method::page_cache:
      return Ring(wanted.depth, wanted.cached);
    case Method::io_uring:
    case Method::nop:
      break;
  }
  return Ring(wanted.depth, wanted.direct);
}

}  // namespace sextant::storage
