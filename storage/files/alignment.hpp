// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sextant::storage {

// What direct requests (O_DIRECT) to an open file or block device must be multiples of, in bytes.
struct Alignment {
  std::uint64_t memory = 512;  // addresses of buffers
  std::uint64_t offset = 512;  // offsets and lengths
};

// From statx (Linux 6.1 and later); without, the device's own sector, or 512. Throws probes::Unavailable where the file
// system says that it has no direct requests.
Alignment alignment_of(int file);

// Throws probes::Unavailable with a sentence when requests of `block` bytes cannot be made.
void require_aligned(const Alignment& alignment, std::uint64_t block);

}  // namespace sextant::storage
