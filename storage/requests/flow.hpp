// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "storage/requests/latencies.hpp"
#include "storage/requests/request.hpp"

// The timed loop of all storage probes that keep requests in flight: a slot whose request has finished gets the next one
// at once.
namespace sextant::storage {

// A device that answers none of its requests for so long is given up.
inline constexpr double patience = 8;

inline std::uint64_t nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

// How the threads of one run know of each other. Each of them has all its requests in flight while any other is timed.
struct Meeting {
  explicit Meeting(int members) : threads(members) {}
  const int threads;
  std::atomic<int> full{0};      // have all their requests in flight
  std::atomic<int> finished{0};  // have been timed, and go on for the others
  std::atomic<bool> failed{false};
};

// What one thread did in its window.
struct Window {
  std::uint64_t requests = 0;
  double seconds = 0;
  std::uint64_t all = 0;  // with those before and after the window
};

// What a thread asks for. next() makes the buffer of a slot ready and says what to ask; settle() judges what came, and
// says false when it is an error, after which nothing more is asked; paused() is how long, so far, next() did what is no
// part of the work, in nanoseconds.
template <class T>
concept Asker = requires(T work, std::uint32_t slot, const Completion& completion) {
  { work.next(slot) } -> std::same_as<Request>;
  { work.settle(completion) } -> std::same_as<bool>;
  { work.paused() } -> std::convertible_to<std::uint64_t>;
};

// Keeps `depth` requests in flight. The window opens when as many have come in every thread and closes when at least
// `wanted` more have; neither filling the queue, nor emptying it, nor a thread that has lost its company is timed. What
// comes together is told apart by nobody, so the window begins and ends with an answer of the channel, and what came with
// the last one counts whole.
//
// Latency is from just before a request is sent until its answer is taken: the clock is read twice an answer, not twice a
// request. `sent` has room for `depth`. Throws std::runtime_error for a device that is silent, and what the channel
// throws; where settle() said false it returns when nothing is in flight any more, as the device writes into the buffers
// until then.
template <Channel C, Asker W>
Window flow(C& channel, W& work, std::uint32_t depth, std::uint64_t wanted, Meeting& meeting,
            std::span<std::uint64_t> sent, Latencies& latencies) {
  enum class Phase { filling, waiting, timed, finished } phase = Phase::filling;
  Window window;
  std::uint64_t at_begin = 0, begin = 0, paused = 0;
  bool stopping = false;

  for (std::uint32_t slot = 0; slot < depth; ++slot) channel.queue(work.next(slot));
  std::uint64_t in_flight = depth, before = nanoseconds();
  std::fill_n(sent.begin(), depth, before);
  while (in_flight > 0) {
    if (!channel.submit_and_wait(patience)) {
      if (static_cast<double>(nanoseconds() - before) < patience * 1e9) continue;  // a signal
      meeting.failed.store(true, std::memory_order_relaxed);
      throw std::runtime_error("the device answered none of its requests for 8 s");
    }
    const std::uint64_t now = nanoseconds();
    const std::span<const Completion> came = channel.take();
    for (const Completion& completion : came) {
      if (phase == Phase::timed) latencies.add(now - sent[completion.slot]);
      if (!work.settle(completion)) meeting.failed.store(true, std::memory_order_relaxed);
    }
    in_flight -= came.size();
    window.all += came.size();

    if (phase == Phase::filling && window.all >= depth) {
      phase = Phase::waiting;
      meeting.full.fetch_add(1, std::memory_order_relaxed);
    }
    if (phase == Phase::waiting && meeting.full.load(std::memory_order_relaxed) == meeting.threads) {
      phase = Phase::timed;
      begin = now;
      at_begin = window.all;
      paused = work.paused();
    } else if (phase == Phase::timed && window.all - at_begin >= wanted) {
      phase = Phase::finished;
      window.requests = window.all - at_begin;
      window.seconds = static_cast<double>(now - begin - (work.paused() - paused)) * 1e-9;
      meeting.finished.fetch_add(1, std::memory_order_relaxed);
    }
    stopping = stopping || meeting.failed.load(std::memory_order_relaxed) ||
               meeting.finished.load(std::memory_order_relaxed) == meeting.threads;
    if (stopping) continue;

    for (const Completion& completion : came) channel.queue(work.next(completion.slot));
    in_flight += came.size();
    before = nanoseconds();
    for (const Completion& completion : came) sent[completion.slot] = before;
  }
  return window;
}

}  // namespace sextant::storage
