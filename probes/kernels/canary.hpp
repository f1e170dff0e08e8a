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
// between near cores, and would be measured in its place.
class Rally {
 public:
  // Hands over and returns when the line has come back, `trips` times. The other thread answers as often.
  void serve(std::uint64_t trips);
  void answer(std::uint64_t trips);

 private:
  alignas(64) std::atomic<std::uint64_t> shots_{0};  // even: the server's turn
};

}  // namespace sextant::probes
