// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "probes/kernels/fork_join.hpp"
#include "probes/probe/spin.hpp"

// Crews as ForkJoin is one, whose followers sleep in the kernel where those of ForkJoin spin. All have
//   rest()                        member 0, before each layer: waits until all followers lie down and have to be woken
//   begin_layer(), end_layer()    member 0, around the operations that follow one another closely
//   dispatch(operation, state)    member 0: operation(state, share) once for each share, as many as members
//   close(), follow(member)       as ForkJoin's
namespace sextant::probes {

// A condition variable for the followers, one for the leader; every operation wakes everybody.
class ConditionCrew {
 public:
  using Operation = ForkJoin::Operation;

  explicit ConditionCrew(int members) : followers_(std::uint32_t(members - 1)) {}

  void rest() {
    spin_until([this] {
      const std::lock_guard lock(mutex_);
      return asleep_ == followers_;
    });
  }
  void begin_layer() {}
  void end_layer() {}

  void dispatch(Operation operation, void* state) {
    publish(operation, state);
    operation(state, 0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return pending_ == 0; });
  }

  void close() { publish(nullptr, nullptr); }

  void follow(int member) {
    std::unique_lock lock(mutex_);
    for (std::uint64_t seen = 0;;) {
      ++asleep_;
      work_.wait(lock, [&] { return epoch_ != seen; });
      --asleep_;
      ++seen;
      if (!operation_) return;
      const auto [operation, state] = std::pair(operation_, state_);
      lock.unlock();
      operation(state, member);
      lock.lock();
      if (--pending_ == 0) done_.notify_one();
    }
  }

 private:
  void publish(Operation operation, void* state) {
    {
      const std::lock_guard lock(mutex_);
      operation_ = operation;
      state_ = state;
      pending_ = operation ? followers_ : 0;
      ++epoch_;
    }
    work_.notify_all();
  }

  const std::uint32_t followers_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::uint64_t epoch_ = 0;
  std::uint32_t pending_ = 0, asleep_ = 0;
  Operation operation_ = nullptr;
  void* state_ = nullptr;
};

// A pool that knows tasks, not operations: each share but the leader's goes into a queue, one wake-up a task, and
// whoever is first takes it. What a library gives who has no loop of his own.
class PoolCrew {
 public:
  using Operation = ForkJoin::Operation;

  explicit PoolCrew(int members) : followers_(members - 1), tasks_(std::size_t(followers_)) {}

  void rest() {
    spin_until([this] {
      const std::lock_guard lock(mutex_);
      return asleep_ == followers_;
    });
  }
  void begin_layer() {}
  void end_layer() {}

  void dispatch(Operation operation, void* state) {
    for (int share = 1; share <= followers_; ++share) submit({operation, state, share});
    operation(state, 0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return unfinished_ == 0; });
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    work_.notify_all();
  }

  void follow(int) {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++asleep_;
      work_.wait(lock, [this] { return closed_ || queued_ > 0; });
      --asleep_;
      if (queued_ == 0) return;
      const Task task = tasks_[first_];
      first_ = (first_ + 1) % tasks_.size();
      --queued_;
      lock.unlock();
      task.operation(task.state, task.share);
      lock.lock();
      if (--unfinished_ == 0) done_.notify_one();
    }
  }

 private:
  struct Task {
    Operation operation = nullptr;
    void* state = nullptr;
    int share = 0;
  };

  void submit(const Task& task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_[(first_ + queued_) % tasks_.size()] = task;  // never full: an operation is done before the next
      ++queued_;
      ++unfinished_;
    }
    work_.notify_one();
  }

  const int followers_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::vector<Task> tasks_;
  std::size_t first_ = 0, queued_ = 0;
  int unfinished_ = 0, asleep_ = 0;
  bool closed_ = false;
};

// Followers that spin within a layer and sleep between layers: one wake-up for all operations of a layer.
class LayerCrew {
 public:
  using Operation = ForkJoin::Operation;

  explicit LayerCrew(int members) : followers_(std::uint32_t(members - 1)), inner_(members) {}

  void rest() {
    spin_until([this] {
      const std::lock_guard lock(mutex_);
      return asleep_ == followers_;
    });
  }

  void begin_layer() { move_on(false); }
  void dispatch(Operation operation, void* state) { inner_.dispatch(operation, state); }
  void end_layer() { inner_.close(); }
  void close() { move_on(true); }

  void follow(int member) {
    std::unique_lock lock(mutex_);
    for (std::uint64_t seen = 0, epoch = 0;;) {
      ++asleep_;
      wake_.wait(lock, [&] { return layer_ != seen; });
      --asleep_;
      ++seen;
      if (closed_) return;
      lock.unlock();
      epoch = inner_.follow(member, epoch);
      lock.lock();
    }
  }

 private:
  void move_on(bool closed) {
    {
      const std::lock_guard lock(mutex_);
      closed_ = closed;
      ++layer_;
    }
    wake_.notify_all();
  }

  const std::uint32_t followers_;
  ForkJoin inner_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t layer_ = 0;
  std::uint32_t asleep_ = 0;
  bool closed_ = false;
};

}  // namespace sextant::probes
