// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probes/machine/machine.hpp"

namespace sextant::bench {

// The machine's environment together with what only the program knows: its build, the SIMD target its kernels chose,
// the resolution and cost of its clock.
probes::Environment recorded_environment();

}  // namespace sextant::bench
