// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace sextant::probes {

// Adds up all words (modulo 2^64), `passes` times over, and returns the total. Before each pass it adds 1 to the last
// word: every pass then has an answer of its own, and none can be given from an earlier read.
std::uint64_t sum_passes(std::span<std::uint64_t> words, std::uint64_t passes);

// The instruction set the kernels run with on this machine, in Highway's names ("AVX3", "AVX2", "NEON").
const char* simd_target();

}  // namespace sextant::probes
