// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "storage/files/content.hpp"

namespace sextant::storage {

// The page behind our content that says how long it is and with which seed it was filled. Written last, so what has it is
// complete.
struct Closing {
  std::uint64_t bytes;
  std::uint64_t seed;
};

// The closing page at `offset` of an open file or device; nothing when there is none of ours. Throws
// Unavailable when it cannot be read.
std::optional<Closing> closing_at(int file, std::uint64_t offset);

// Fills `bytes` (a multiple of `page`) from the beginning, and closes them at `closing_offset`; what closed them before
// is wiped first. On the device when it returns. Returns 0, or the errno of what failed.
int write_content(int file, std::uint64_t bytes, std::uint64_t seed, std::uint64_t closing_offset);

}  // namespace sextant::storage
