// SPDX-License-Identifier: Apache-2.0
#include "storage/requests/mapped.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace sextant::storage {

void Mapped::queue(const Request& request) {
  if (queued_) throw std::logic_error("more requests queued than one copy takes");
  queued_ = request;
}

bool Mapped::submit_and_wait(double) {
  if (!queued_) return false;
  const Request request = *std::exchange(queued_, std::nullopt);
  const auto all = mapping_->bytes();
  const bool inside = request.offset <= all.size() && request.memory.size() <= all.size() - request.offset;
  const bool possible = inside && request.operation == Operation::read;
  if (possible) std::memcpy(request.memory.data(), all.data() + request.offset, request.memory.size());
  finished_ = {request.slot, possible ? static_cast<int>(request.memory.size()) : -EINVAL};
  count_ = 1;
  return true;
}

std::span<const Completion> Mapped::take() { return {&finished_, std::exchange(count_, 0)}; }

}  // namespace sextant::storage
