// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sextant::bench {

// "90", "90s", "10m", "2h" in seconds. Throws UsageError.
double parse_duration(const std::string& text);

// "12 s", "3 min", "2 h 5 min" for progress and plans.
std::string format_duration(double seconds);

}  // namespace sextant::bench
