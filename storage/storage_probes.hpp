// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "probes/probe/probe.hpp"

namespace sextant::storage {

// The storage family. Built without liburing the same list comes back, and every probe says why it cannot run.
std::vector<probes::Probe> storage_probes();

}  // namespace sextant::storage
