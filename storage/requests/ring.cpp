// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/ring.hpp"

#include <liburing.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "probes/probe/probe.hpp"

namespace sextant::storage {
namespace {

// What a request costs on top of its device, least first: completions handled when the only thread that submits asks for
// them (DEFER_TASKRUN, Linux 6.1), or without interrupting it (COOP_TASKRUN, 5.19); older kernels answer EINVAL.
std::unique_ptr<io_uring> set_up(unsigned depth, const RingOptions& options) {
  unsigned wanted = options.completion_poll ? IORING_SETUP_IOPOLL : 0u;
  std::array<unsigned, 3> cheaper = {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN,
                                     0};
  if (options.submission_poll) {
    wanted |= IORING_SETUP_SQPOLL;
    cheaper = {IORING_SETUP_SINGLE_ISSUER, 0, 0};  // there the thread that submits is the kernel's
  }
  auto ring = std::make_unique<io_uring>();
  int result = 0;
  for (const unsigned flags : cheaper) {
    *ring = {};
    io_uring_params parameters = {};
    parameters.flags = wanted | flags;
    parameters.sq_thread_idle = 50;  // milliseconds that it goes on polling when nothing is asked
    result = ::io_uring_queue_init_params(depth, ring.get(), &parameters);
    if (result != -EINVAL) break;
  }
  if (result < 0) throw probes::Unavailable(why_refused(-result));
  return ring;
}

std::string refused_by_switch(const std::string& value) {
  if (value == "2") return "io_uring is switched off (kernel.io_uring_disabled = 2): sysctl kernel.io_uring_disabled=0";
  return "io_uring is kept for one group (kernel.io_uring_disabled = 1): join the group of kernel.io_uring_group, or "
         "sysctl kernel.io_uring_disabled=0";
}

}  // namespace

void Ring::Close::operator()(io_uring* ring) const {
  ::io_uring_queue_exit(ring);
  delete ring;
}

Ring::Ring(unsigned depth, int file, const RingOptions& options)
    : ring_(set_up(depth, options).release()), finished_(depth), register_(options.registered), file_(file) {
  if (register_ && ::io_uring_register_files(ring_.get(), &file, 1) == 0) {
    file_ = 0;
    file_flags_ = IOSQE_FIXED_FILE;
  }
}

bool Ring::register_buffers(std::span<std::byte> memory) {
  unregister_buffers();
  const iovec all = {memory.data(), memory.size()};
  if (!register_ || ::io_uring_register_buffers(ring_.get(), &all, 1) != 0) return false;
  registered_ = memory;
  return true;
}

void Ring::unregister_buffers() {
  if (!registered_.empty()) ::io_uring_unregister_buffers(ring_.get());
  registered_ = {};
}

void Ring::queue(const Request& request) {
  io_uring_sqe* entry = ::io_uring_get_sqe(ring_.get());
  if (entry == nullptr) throw std::logic_error("more requests queued than the ring has room for");
  const auto bytes = static_cast<unsigned>(request.memory.size());
  std::byte* const memory = request.memory.data();
  const bool known = memory >= registered_.data() && memory + bytes <= registered_.data() + registered_.size();
  switch (request.operation) {
    case Operation::read:
      if (known) {
        ::io_uring_prep_read_fixed(entry, file_, memory, bytes, request.offset, 0);
      } else {
        ::io_uring_prep_read(entry, file_, memory, bytes, request.offset);
      }
      entry->flags |= static_cast<__u8>(file_flags_);
      break;
    case Operation::write:
      if (known) {
        ::io_uring_prep_write_fixed(entry, file_, memory, bytes, request.offset, 0);
      } else {
        ::io_uring_prep_write(entry, file_, memory, bytes, request.offset);
      }
      entry->flags |= static_cast<__u8>(file_flags_);
      break;
    case Operation::nothing:
      ::io_uring_prep_nop(entry);
      break;
  }
  entry->user_data = request.slot;
}

void Ring::read(std::uint32_t slot, std::span<std::byte> into, std::uint64_t offset) {
  queue({slot, Operation::read, into, offset});
}

void Ring::submit_and_wait() {
  int result = 0;
  do result = ::io_uring_submit_and_wait(ring_.get(), 1);
  while (result == -EINTR || result == -EAGAIN);
  if (result < 0) throw std::system_error(-result, std::system_category(), "io_uring_enter");
}

bool Ring::submit_and_wait(double seconds) {
  int result = 0;
  if (seconds <= 0) {
    result = ::io_uring_submit_and_get_events(ring_.get());
  } else if ((ring_->flags & IORING_SETUP_IOPOLL) != 0) {  // the kernel polls until something has come
    result = ::io_uring_submit_and_wait(ring_.get(), 1);
  } else {
    const auto whole = static_cast<long long>(seconds);
    __kernel_timespec most = {whole, static_cast<long long>((seconds - static_cast<double>(whole)) * 1e9)};
    io_uring_cqe* first = nullptr;
    result = ::io_uring_submit_and_wait_timeout(ring_.get(), &first, 1, &most, nullptr);
  }
  if (result < 0 && result != -ETIME && result != -EINTR && result != -EAGAIN) {
    throw std::system_error(-result, std::system_category(), "io_uring_enter");
  }
  return ::io_uring_cq_ready(ring_.get()) > 0;
}

std::span<const Completion> Ring::take() {
  std::size_t count = 0;
  unsigned head = 0;
  io_uring_cqe* entry = nullptr;
  io_uring_for_each_cqe(ring_.get(), head, entry) {
    if (count == finished_.size()) break;
    finished_[count++] = {static_cast<std::uint32_t>(entry->user_data), entry->res};
  }
  ::io_uring_cq_advance(ring_.get(), static_cast<unsigned>(count));
  return {finished_.data(), count};
}

std::string why_refused(int error, const std::filesystem::path& root) {
  switch (error) {
    case EPERM: {
      std::string value;
      std::ifstream(root / "proc/sys/kernel/io_uring_disabled") >> value;
      if (value == "1" || value == "2") return refused_by_switch(value);
      return "io_uring is forbidden to this process (EPERM), most likely by a container's seccomp filter: allow "
             "io_uring_setup, io_uring_enter and io_uring_register in its profile (docker: --security-opt "
             "seccomp=unconfined)";
    }
    case ENOSYS:
      return "this kernel has no io_uring (ENOSYS): Linux 5.6 or later is needed, or a container's seccomp filter "
             "hides it";
    case ENOMEM:
      return "no locked memory left for an io_uring (ENOMEM): raise ulimit -l or RLIMIT_MEMLOCK";
    case EMFILE:
    case ENFILE:
      return "too many open files for an io_uring: raise ulimit -n";
    default:
      return std::string("io_uring cannot be set up: ") + std::strerror(error);
  }
}

}  // namespace sextant::storage
