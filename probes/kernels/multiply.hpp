// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace sextant::probes {

// So many multiplications are under way at once that the multiplier, not the time of one multiplication, sets the pace:
// three cycles each on three multipliers are hidden by nine.
inline constexpr std::size_t multiply_chains = 10;
using Products = std::array<std::uint64_t, multiply_chains>;

// Multiplies every product by `factor` (modulo 2^64), `rounds` times over.
void multiply(Products& products, std::uint64_t factor, std::uint64_t rounds);

}  // namespace sextant::probes
