// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The loops behind fma_loop(). Each has its own number of operations a round, for it has its own width.
namespace sextant::probes {

// As many as hide the latency of a multiply-add (4 to 7 cycles) on two units, and as few as 16 registers leave room for.
inline constexpr std::size_t fma_chains = 12;
inline constexpr std::size_t fma_tiles = 6;  // of 8, beside the two that are multiplied

void fma_f64(std::span<std::uint64_t> sums, std::uint64_t rounds);
void fma_f32(std::span<std::uint64_t> sums, std::uint64_t rounds);
std::size_t fma_vector_bytes();  // of the two above, on this processor

// 512 bits of x86.
bool has_fma_f16();
bool has_fma_bf16();
bool has_fma_int8();
void fma_f16(std::span<std::uint64_t> sums, std::uint64_t rounds);
void fma_bf16(std::span<std::uint64_t> sums, std::uint64_t rounds);
void fma_int8(std::span<std::uint64_t> sums, std::uint64_t rounds);

void fma_bf16_tiles(std::span<std::uint64_t> sums, std::uint64_t rounds);
void fma_int8_tiles(std::span<std::uint64_t> sums, std::uint64_t rounds);

}  // namespace sextant::probes
