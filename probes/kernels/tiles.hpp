// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

// The matrix unit of x86 processors (AMX): eight registers of up to 16 rows of 64 bytes, and products of whole tiles. Written
// in assembly, so that what is built needs an assembler that knows it and no processor that has it.
namespace sextant::probes {

// Whether this processor has it, for int8 and for bfloat16, and the system lets us use it: asked for on the first call,
// since its registers make every context switch dearer.
bool has_int8_tiles();
bool has_bfloat_tiles();

// What the tiles look like; every tile starts as 16 rows of 64 bytes (Intel's Software Developer's Manual, LDTILECFG).
struct TileShapes {
  std::uint8_t palette = 1, first_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> bytes_per_row{64, 64, 64, 64, 64, 64, 64, 64};
  std::array<std::uint8_t, 16> rows{16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileShapes) == 64);

}  // namespace sextant::probes
