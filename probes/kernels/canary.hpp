// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace sextant::probes
