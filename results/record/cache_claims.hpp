// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

namespace sextant::results {

// Bytes of the first cache of levels 1 to 4 in hwloc's XML, as the system claims them (virtual machines claim wrong ones); NaN
// where it names none.
std::array<double, 4> claimed_caches(const std::string& topology_xml);

}  // namespace sextant::results
