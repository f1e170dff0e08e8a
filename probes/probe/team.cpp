// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/team.hpp"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "probes/probe/spin.hpp"

namespace sextant::probes {

namespace {

// A set of processors as the system wants it, of any size: cpu_set_t ends at processor 1023.
class ProcessorSet {
 public:
  explicit ProcessorSet(int processors) : set_(CPU_ALLOC(processors)), bytes_(CPU_ALLOC_SIZE(processors)) {
    if (!set_) throw std::bad_alloc();
    CPU_ZERO_S(bytes_, set_);
  }
  ~ProcessorSet() { CPU_FREE(set_); }
  ProcessorSet(const ProcessorSet&) = delete;
  ProcessorSet& operator=(const ProcessorSet&) = delete;

  void add(int processor) { CPU_SET_S(processor, bytes_, set_); }
  cpu_set_t* get() { return set_; }
  std::size_t bytes() const { return bytes_; }

 private:
  cpu_set_t* set_;
  std::size_t bytes_;
};

void bind(pthread_t thread, int processor) {
  if (processor < 0) throw std::invalid_argument("processor " + std::to_string(processor) + " does not exist");
  ProcessorSet set(processor + 1);
  set.add(processor);
  if (const int error = pthread_setaffinity_np(thread, set.bytes(), set.get())) {
    throw std::system_error(error, std::generic_category(),
                            "cannot bind a thread to processor " + std::to_string(processor));
  }
}

// Waits until `word` is no longer `old`: spins for some ten microseconds, which is as long as a member usually trails
// the others, and then sleeps in the kernel.
void wait_for_change(const std::atomic<std::uint32_t>& word, std::uint32_t old) {
  constexpr int spins = 1000;
  for (int i = 0; i < spins; ++i) {
    if (word.load(std::memory_order_acquire) != old) return;
    relax();
  }
  word.wait(old, std::memory_order_acquire);
}

}  // namespace

struct Team::State {
  State() : caller(pthread_self()) {
    if (const int error = pthread_getaffinity_np(caller, before.bytes(), before.get())) {
      throw std::system_error(error, std::generic_category(), "cannot read the processors of this thread");
    }
  }

  ~State() {
    stopping = true;
    epoch.fetch_add(1, std::memory_order_release);
    epoch.notify_all();
    for (std::thread& thread : threads) thread.join();
    pthread_setaffinity_np(caller, before.bytes(), before.get());
  }

  void serve(int member) {
    for (std::uint32_t seen = 0;;) {
      wait_for_change(epoch, seen);
      ++seen;  // never more than one job behind: run() waits for every member
      if (stopping) return;
      attempt(member);
      if (running.fetch_sub(1, std::memory_order_acq_rel) == 1) running.notify_one();
    }
  }

  void attempt(int member) {
    try {
      (*job)(member);
    } catch (...) {
      const std::lock_guard lock(failure_guard);
      if (!failure) failure = std::current_exception();
    }
  }

  // Written by the caller before it moves the epoch on, read by the members after they saw it move.
  const std::function<void(int)>* job = nullptr;
  bool stopping = false;

  alignas(64) std::atomic<std::uint32_t> epoch{0};
  alignas(64) std::atomic<std::uint32_t> running{0};

  std::mutex failure_guard;
  std::exception_ptr failure;

  pthread_t caller;
  std::vector<int> processors;   // the caller's first
  ProcessorSet before{1 << 16};  // the kernel refuses a set smaller than its own
  std::vector<std::thread> threads;
};

Team::Team(const std::vector<int>& processors) : state_(std::make_unique<State>()) {
  if (processors.empty()) throw std::invalid_argument("a team needs at least one processor");
  state_->processors = processors;
  bind(state_->caller, processors[0]);
  state_->threads.reserve(processors.size() - 1);
  for (int member = 1; member < int(processors.size()); ++member) {
    state_->threads.emplace_back([state = state_.get(), member] { state->serve(member); });
    bind(state_->threads.back().native_handle(), processors[std::size_t(member)]);
  }
}

Team::~Team() = default;

int Team::size() const { return int(state_->threads.size()) + 1; }

const std::vector<int>& Team::processors() const { return state_->processors; }

void Team::run(const std::function<void(int)>& job) {
  State& state = *state_;
  bind(state.caller, state.processors[0]);
  state.job = &job;
  state.failure = nullptr;
  state.running.store(std::uint32_t(state.threads.size()), std::memory_order_relaxed);
  state.epoch.fetch_add(1, std::memory_order_release);
  state.epoch.notify_all();
  state.attempt(0);
  while (const std::uint32_t left = state.running.load(std::memory_order_acquire)) {
    wait_for_change(state.running, left);
  }
  if (state.failure) std::rethrow_exception(state.failure);
}

}  // namespace sextant::probes
