// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace sextant::probes {

// For tests: runs the check once for every instruction set this machine has, not only for the one that would be picked.
void on_every_target(const std::function<void()>& check);

}  // namespace sextant::probes
