// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/tiles.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sextant::probes {

namespace {

constexpr unsigned tile_bit = 1u << 24, int8_bit = 1u << 25, bfloat_bit = 1u << 22;  // CPUID 7.0, EDX

bool have(unsigned bits) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & bits) != bits) return false;
  // Linux since 5.16 hands the registers out on request only: ARCH_REQ_XCOMP_PERM for XFEATURE_XTILEDATA.
  static const bool granted = syscall(SYS_arch_prctl, 0x1023, 18) == 0;
  return granted;
}

}  // namespace

bool has_int8_tiles() { return have(tile_bit | int8_bit); }
bool has_bfloat_tiles() { return have(tile_bit | bfloat_bit); }

}  // namespace sextant::probes
#else
namespace sextant::probes {

bool has_int8_tiles() { return false; }
bool has_bfloat_tiles() { return false; }

}  // namespace sextant::probes
#endif
