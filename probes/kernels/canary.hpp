// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

// The kernels that watch the machine rather than measure it: the same work each time, so that only a change of the
// machine can change their time.
namespace sextant::probes {

// start + additions * step (modulo 2^64), by as many additions (a multiple of 16) that each wait for the one before.
std::uint64_t add_chain(std::uint64_t start, std::uint64_t step, std::uint64_t additions);

// Writes `value` to every word and returns when all of it has left the processor. Where the instruction set has stores
// that go past the caches (x86) they are used: the time is then the memory's, whatever the caches held before. The
// words must be aligned to 64 bytes and be a multiple of 64 bytes.
void fill_memory(std::span<std::uint64_t> words, std::uint64_t value);

// A line that two threads hand to and fro. Each looks without a pause at first: a pause lasts as long as a message does
// between near cores, and would be measured in its place. Two threads that are hardly ever on their processors at the
// same time would need a turn of the scheduler for each message, so the server gives up when one takes some
// milliseconds.
class Rally {
 public:
  // Before both begin.
  void open() { shots_.store(0, std::memory_order_relaxed); }
  // Hands the line over and returns when it has come back, `trips` times; false when it gave up, for good until open().
  bool serve(std::uint64_t trips);
  // Ends the rally: the other thread returns.
  void close() { shots_.store(closed, std::memory_order_release); }
  // The other thread: answers until the rally is closed, and returns how often.
  std::uint64_t answer();

 private:
  static constexpr std::uint64_t closed = ~std::uint64_t{0};
  alignas(64) std::atomic<std::uint64_t> shots_{0};  // even: the server's turn
};

}  // namespace sextant::probes
