// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "probes/machine/machine.hpp"

namespace sextant::probes {

// What in these facts would spoil or bias a measurement, each with what to do about it. Depends on nothing else.
std::vector<std::string> warnings_for(const Environment& environment);

}  // namespace sextant::probes
