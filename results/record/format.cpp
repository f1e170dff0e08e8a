// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "results/record/unit.hpp"

namespace sextant::results {
namespace {

struct Style {
  std::string_view symbol;
  bool prefix = false;        // takes k, M, G, ...
  bool small_prefix = false;  // takes m, u, n, p too
  double scale = 1;           // shown per SI unit
};

Style style(Unit unit) {
  switch (unit) {
    case Unit::one:
      return {""};
    case Unit::second:
      return {"s", false, true};  // hours are not kiloseconds
    case Unit::byte:
      return {"B", true};
    case Unit::byte_per_second:
      return {"B/s", true};
    case Unit::second_per_byte:
      return {"s/B", true, true};
    case Unit::per_second:
      return {"/s", true};
    case Unit::flop:
      return {"FLOP", true};
    case Unit::flop_per_second:
      return {"FLOP/s", true};
    case Unit::joule:
      return {"J", true, true};
    case Unit::joule_per_byte:
      return {"J/B", true, true};
    case Unit::joule_per_flop:
      return {"J/FLOP", true, true};
    case Unit::watt:
      return {"W", true, true};
    case Unit::square_metre:
      return {"mm2", false, false, 1e6};
    case Unit::kelvin:
      return {"K"};
    case Unit::kelvin_per_watt:
      return {"K/W"};
    case Unit::dollar:
      return {"USD"};
    case Unit::kilogram:
      return {"kg"};
    case Unit::text:
      return {""};
  }
  return {""};
}

// Decimal exponent of the value once it is rounded to three digits, so that 999.96 counts as 1.00e3.
int rounded_exponent(double value) {
  const std::string text = fmt::format("{:.2e}", value);
  return std::stoi(text.substr(text.find('e') + 1));
}

std::string plain(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e7) return fmt::format("{:.0f}", value);
  const int exponent = rounded_exponent(value);
  if (exponent >= 7 || exponent < -4) return fmt::format("{:.2e}", value);
  return fmt::format("{:.{}f}", value, std::max(0, 2 - exponent));
}

// Empty unless `value` is a whole number of KiB, MiB, ... below 2048 of them: sizes chosen as powers of two read best
// so.
std::string whole_binary(double value) {
  static constexpr std::array<std::string_view, 5> names{"KiB", "MiB", "GiB", "TiB", "PiB"};
  for (int i = static_cast<int>(names.size()); i >= 1; --i) {
    const double count = std::ldexp(value, -10 * i);
    if (count >= 1 && count < 2048 && count == std::floor(count)) {
      return fmt::format("{:.0f} {}", count, names[static_cast<std::size_t>(i - 1)]);
    }
  }
  return {};
}

std::string prefixed(double value, const Style& how) {
  static constexpr std::array<std::string_view, 11> prefixes{"p", "n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
  constexpr int middle = 4;
  const int exponent = rounded_exponent(value);
  const int wanted = static_cast<int>(std::floor(exponent / 3.0));
  const int step = std::clamp(wanted, how.small_prefix ? -middle : 0, how.prefix ? 6 : 0);
  const double shown = step >= 0 ? value / std::pow(10.0, 3 * step) : value * std::pow(10.0, -3 * step);
  const std::string number = step == wanted ? fmt::format("{:.{}f}", shown, 2 - (exponent - 3 * step)) : plain(shown);
  return fmt::format("{} {}{}", number, prefixes[static_cast<std::size_t>(middle + step)], how.symbol);
}

std::string general(double value, Unit unit) {
  if (std::isnan(value)) return "not available";
  const Style how = style(unit);
  if (std::isinf(value)) return fmt::format("{}{}{}", value, how.symbol.empty() ? "" : " ", how.symbol);
  value *= how.scale;
  if (unit == Unit::byte && value == std::floor(value) && std::abs(value) < 1000) return fmt::format("{:.0f} B", value);
  if (value != 0 && (how.prefix || how.small_prefix)) return prefixed(value, how);
  return how.symbol.empty() ? plain(value) : fmt::format("{} {}", plain(value), how.symbol);
}

}  // namespace

std::string format(double value, Unit unit) {
  if (unit == Unit::byte) {
    if (const std::string text = whole_binary(value); !text.empty()) return text;
  }
  return general(value, unit);
}

std::string format_decimal(double value, Unit unit) {
  if (std::isfinite(value) && !style(unit).prefix && !style(unit).small_prefix && std::abs(value) >= 1000)
    value = std::stod(fmt::format("{:.2e}", value));
  return general(value, unit);
}

}  // namespace sextant::results
