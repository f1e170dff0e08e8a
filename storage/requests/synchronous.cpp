// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/synchronous.hpp"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace sextant::storage {
namespace {

int call(int file, const Request& request) {
  const auto offset = static_cast<off_t>(request.offset);
  ssize_t moved = 0;
  do {
    if (request.operation == Operation::read) {
      moved = ::pread(file, request.memory.data(), request.memory.size(), offset);
    } else if (request.operation == Operation::write) {
      moved = ::pwrite(file, request.memory.data(), request.memory.size(), offset);
    }
  } while (moved < 0 && errno == EINTR);
  return moved < 0 ? -errno : static_cast<int>(moved);
}

}  // namespace

void Synchronous::queue(const Request& request) {
  if (queued_) throw std::logic_error("more requests queued than one call takes");
  queued_ = request;
}

// These calls cannot be left: a device that never answers keeps the thread, and the supervisor ends the worker.
bool Synchronous::submit_and_wait(double) {
  if (!queued_) return false;
  finished_ = {queued_->slot, call(file_, *queued_)};
  count_ = 1;
  queued_.reset();
  return true;
}

std::span<const Completion> Synchronous::take() { return {&finished_, std::exchange(count_, 0)}; }

}  // namespace sextant::storage
