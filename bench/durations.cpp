// SPDX-License-Identifier: Apache-2.0
#include "bench/durations.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "bench/console.hpp"

namespace sextant::bench {

double parse_duration(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string unit(rest, end);
  if (error == std::errc() && value > 0 && std::isfinite(value)) {
    if (unit.empty() || unit == "s") return value;
    if (unit == "m" || unit == "min") return 60 * value;
    if (unit == "h") return 3600 * value;
  }
  throw UsageError("'" + text + "' is not a duration: write for example 90s, 10m or 2h");
}

std::string format_duration(double seconds) {
  const auto whole = std::llround(std::max(0.0, seconds));
  if (whole < 90) return fmt::format("{} s", whole);
  if (whole < 5400) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace sextant::bench
