// SPDX-License-Identifier: Apache-2.0
#include "storage/files/alignment.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <string>

#include "probes/probe/probe.hpp"
#include "results/record/unit.hpp"

namespace sextant::storage {
namespace {

std::string text(std::uint64_t bytes) { return results::format(static_cast<double>(bytes), results::Unit::byte); }

Alignment of_device(int file) {
  int logical = 0;
  if (::ioctl(file, BLKSSZGET, &logical) != 0 || logical <= 0) return {};
  return {512, static_cast<std::uint64_t>(logical)};
}

}  // namespace

Alignment alignment_of(int file) {
#ifdef STATX_DIOALIGN
  struct statx status = {};
  if (::statx(file, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) == 0 && (status.stx_mask & STATX_DIOALIGN) != 0) {
    if (status.stx_dio_offset_align == 0) {
      throw probes::Unavailable(
          "the file system of the --target folder refuses direct reads (O_DIRECT): give --target on another");
    }
    return {status.stx_dio_mem_align, status.stx_dio_offset_align};
  }
#endif
  return of_device(file);
}

void require_aligned(const Alignment& alignment, std::uint64_t block) {
  if (block != 0 && block % alignment.offset == 0) return;
  throw probes::Unavailable("block of " + text(block) + ": direct requests must be a multiple of " +
                            text(alignment.offset) + " here");
}

}  // namespace sextant::storage
