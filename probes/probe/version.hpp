// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sextant::probes {

// What this program was built from. Written at build time by cmake/Version.cmake.
struct BuildInfo {
  std::string version;   // "0.1.0"
  std::string commit;    // short hash, "unknown" outside a git checkout
  bool dirty = false;    // the checkout had uncommitted changes: not publishable
  std::string compiler;  // "GNU 12.2.0"
  std::string type;      // "Release"
};

BuildInfo build_info();

// "sextant 0.1.0 (abc1234, Release, GNU 12.2.0)": what the two ends of the row protocol must agree on.
std::string build_identity();

}  // namespace sextant::probes
