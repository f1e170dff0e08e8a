// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "probes/kernels/sleeping_crews.hpp"
#include "probes/probe/probe.hpp"

namespace sextant::storage {

// Threads that do one job together again and again and sleep between, the calling thread among them. They are bound to
// no processor: they spend their time in the kernel, waiting for a device, and may be many more than processors.
class ReadingCrew {
 public:
  // Throws probes::Unavailable when the system gives fewer threads.
  explicit ReadingCrew(unsigned threads) : crew_(int(threads)) {
    threads_.reserve(threads - 1);
    try {
      for (unsigned member = 1; member < threads; ++member) {
        threads_.emplace_back([this, member] { crew_.follow(int(member)); });
      }
    } catch (const std::system_error&) {
      crew_.close();
      const std::string got = std::to_string(threads_.size() + 1);
      threads_.clear();
      throw probes::Unavailable("the system gives only " + got + " of " + std::to_string(threads) +
                                " threads: raise ulimit -u or the cgroup's pids.max");
    }
  }
  ~ReadingCrew() { crew_.close(); }
  ReadingCrew(const ReadingCrew&) = delete;
  ReadingCrew& operator=(const ReadingCrew&) = delete;

  // Calls job(member) on every member and returns when all have returned. It must not throw.
  void run(const std::function<void(unsigned)>& job) {
    crew_.dispatch(
        [](void* state, int member) { (*static_cast<const std::function<void(unsigned)>*>(state))(unsigned(member)); },
        const_cast<std::function<void(unsigned)>*>(&job));
  }

 private:
  probes::ConditionCrew crew_;
  std::vector<std::jthread> threads_;  // end before the crew
};

}  // namespace sextant::storage
