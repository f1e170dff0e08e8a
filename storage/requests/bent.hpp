// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "storage/requests/ring.hpp"

namespace sextant::storage {

// What a test does to the requests of a ring, to prove that it is noticed. `number` counts them from 0.
struct Fault {
  // Before a request goes to the kernel; false: it is not sent, and counts as done.
  std::function<bool(std::uint64_t number, Request& request)> request = {};
  // Before its completion is seen.
  std::function<void(Completion& completion)> completion = {};
  explicit operator bool() const { return request || completion; }
};

// A ring that goes wrong as it is told. Nothing but tests makes one.
class Bent {
 public:
  Bent(Ring ring, Fault fault) : ring_(std::move(ring)), fault_(std::move(fault)) {}

  bool register_buffers(std::span<std::byte> memory) { return ring_.register_buffers(memory); }
  void unregister_buffers() { ring_.unregister_buffers(); }

  void queue(const Request& request) {
    Request bent = request;
    if (fault_.request && !fault_.request(number_++, bent)) {
      unsent_.push_back({request.slot, static_cast<int>(request.memory.size())});
    } else {
      ring_.queue(bent);
    }
  }

  bool submit_and_wait(double seconds) {
    return ring_.submit_and_wait(unsent_.empty() ? seconds : 0) || !unsent_.empty();
  }

  std::span<const Completion> take() {
    const auto came = ring_.take();
    taken_.assign(came.begin(), came.end());
    taken_.insert(taken_.end(), unsent_.begin(), unsent_.end());
    unsent_.clear();
    for (Completion& completion : taken_) {
      if (fault_.completion) fault_.completion(completion);
    }
    return taken_;
  }

 private:
  Ring ring_;
  Fault fault_;
  std::uint64_t number_ = 0;
  std::vector<Completion> unsent_, taken_;
};

}  // namespace sextant::storage
