// SPDX-License-Identifier: Apache-2.0
// Amounts as people write them. Apart from unit.cpp, because reading floating-point text needs a newer standard library
// than some WebAssembly tool chains bring.
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "results/record/unit.hpp"

namespace sextant::results {
namespace {

// What is left of a unit once its prefix is gone. `exponent` counts powers of ten, `factor` whatever is none.
struct Base {
  std::string_view text;
  Unit unit;
  int exponent = 0;
  double factor = 1;
  bool takes_prefix = true;
};

constexpr double bits_in_byte = 8;

// Units before the stroke, or alone.
constexpr std::array<Base, 34> bases{{{"s", Unit::second},
                                      {"min", Unit::second, 0, 60, false},
                                      {"h", Unit::second, 0, 3600, false},
                                      {"B", Unit::byte},
                                      {"byte", Unit::byte},
                                      {"bytes", Unit::byte},
                                      {"bit", Unit::byte, 0, 1 / bits_in_byte},
                                      {"bits", Unit::byte, 0, 1 / bits_in_byte},
                                      {"b", Unit::byte, 0, 1 / bits_in_byte},
                                      {"Bps", Unit::byte_per_second},
                                      {"bps", Unit::byte_per_second, 0, 1 / bits_in_byte},
                                      {"FLOP", Unit::flop},
                                      {"flop", Unit::flop},
                                      {"OP", Unit::flop},
                                      {"FLOPS", Unit::flop_per_second},
                                      {"flops", Unit::flop_per_second},
                                      {"OPS", Unit::flop_per_second},
                                      {"IOPS", Unit::per_second},
                                      {"Hz", Unit::per_second},
                                      {"J", Unit::joule},
                                      {"W", Unit::watt},
                                      {"mm2", Unit::square_metre, -6, 1, false},
                                      {"cm2", Unit::square_metre, -4, 1, false},
                                      {"m2", Unit::square_metre, 0, 1, false},
                                      {"K", Unit::kelvin, 0, 1, false},
                                      {"USD", Unit::dollar},
                                      {"$", Unit::dollar},
                                      {"kg", Unit::kilogram, 0, 1, false},
                                      {"g", Unit::kilogram, -3, 1, false},
                                      {"t", Unit::kilogram, 3, 1, false},
                                      {"%", Unit::one, -2, 1, false},
                                      {"1", Unit::one, 0, 1, false},
                                      {"token", Unit::one},
                                      {"tokens", Unit::one}}};

struct Prefix {
  std::string_view text;
  int exponent;
};
constexpr std::array<Prefix, 14> decimal_prefixes{{{"", 0},
                                                   {"k", 3},
                                                   {"M", 6},
                                                   {"G", 9},
                                                   {"T", 12},
                                                   {"P", 15},
                                                   {"E", 18},
                                                   {"m", -3},
                                                   {"u", -6},
                                                   {"\u00b5", -6},
                                                   {"\u03bc", -6},
                                                   {"n", -9},
                                                   {"p", -12},
                                                   {"f", -15}}};
constexpr std::array<std::pair<std::string_view, double>, 6> binary_prefixes{
    {{"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60}}};

std::optional<Base> with_prefix(std::string_view prefix, const Base& base) {
  Base scaled = base;
  for (const Prefix& known : decimal_prefixes) {
    if (known.text != prefix || (known.exponent != 0 && !base.takes_prefix)) continue;
    scaled.exponent += known.exponent;
    return scaled;
  }
  const bool counts_bytes = base.unit == Unit::byte || base.unit == Unit::byte_per_second;
  for (const auto& [text, factor] : binary_prefixes) {
    if (text != prefix || !counts_bytes) continue;
    scaled.factor *= factor;
    return scaled;
  }
  return std::nullopt;
}

std::optional<Base> numerator(std::string_view text) {
  for (const Base& base : bases) {  // "mm2" whole before "m" + "m2"
    if (base.text == text) return base;
  }
  for (const Base& base : bases) {
    if (!text.ends_with(base.text)) continue;
    if (auto found = with_prefix(text.substr(0, text.size() - base.text.size()), base)) return found;
  }
  return std::nullopt;
}

std::optional<Base> over(const Base& top, std::string_view below) {
  Base result = top;
  if (below == "s") {
    if (top.unit == Unit::byte) result.unit = Unit::byte_per_second;
    if (top.unit == Unit::flop) result.unit = Unit::flop_per_second;
    if (top.unit == Unit::one) result.unit = Unit::per_second;
    if (top.unit == Unit::joule) result.unit = Unit::watt;
  } else if (below == "B" || below == "byte" || below == "bit" || below == "b") {
    if (top.unit == Unit::joule) result.unit = Unit::joule_per_byte;
    if (top.unit == Unit::second) result.unit = Unit::second_per_byte;
    if (below.starts_with("bi") || below == "b") result.factor *= bits_in_byte;
  } else if (below == "W") {
    if (top.unit == Unit::kelvin) result.unit = Unit::kelvin_per_watt;
  } else if (below == "FLOP" || below == "flop" || below == "OP") {
    if (top.unit == Unit::joule) result.unit = Unit::joule_per_flop;
  }
  if (result.unit == top.unit) return std::nullopt;
  return result;
}

std::optional<Base> parse_unit(std::string_view text) {
  if (text.empty()) return Base{"", Unit::one};
  const auto stroke = text.find('/');
  if (stroke == std::string_view::npos) return numerator(text);
  const auto top = stroke == 0 ? std::optional(Base{"1", Unit::one}) : numerator(text.substr(0, stroke));
  return top ? over(*top, text.substr(stroke + 1)) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Length of the number at the start of `text`: sign, digits, point, exponent; 0 when there is none. An "e" belongs to
// the number only when digits follow it.
struct NumberText {
  std::size_t mantissa = 0;
  std::size_t whole = 0;
};
NumberText number_at_start(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const auto begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  auto count = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    count += digits();
  }
  if (count == 0) return {};
  NumberText found{at, at};
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() > 0) found.whole = at;
  }
  return found;
}

[[noreturn]] void refuse(std::string_view text, std::string_view piece, const std::string& why) {
  throw std::invalid_argument("'" + std::string(text) + "': '" + std::string(piece) + "' " + why);
}

}  // namespace

Amount parse_amount(std::string_view text) {
  const std::string_view amount = trimmed(text);
  const NumberText number = number_at_start(amount);
  if (number.mantissa == 0) refuse(text, amount, "does not start with a number: write for example 900 GB/s");
  const std::string_view unit_text = trimmed(amount.substr(number.whole));
  if (unit_text.starts_with("KB") || unit_text.starts_with("Kb")) {
    refuse(text, unit_text, "is ambiguous: write kB for 1000 bytes or KiB for 1024");
  }
  const auto unit = parse_unit(unit_text);
  if (!unit) {
    refuse(text, unit_text,
           "is not a unit known here: write for example 900 GB/s, 80 GiB, 12.5 us, 3.44 pJ/bit, 700 W");
  }
  int exponent = unit->exponent;
  if (number.whole > number.mantissa) {
    std::string_view own = amount.substr(number.mantissa + 1, number.whole - number.mantissa - 1);
    if (own.starts_with('+')) own.remove_prefix(1);
    int power = 0;
    if (std::from_chars(own.data(), own.data() + own.size(), power).ec != std::errc() || std::abs(power) > 400) {
      refuse(text, own, "is no exponent a number can have: write for example 1e9");
    }
    exponent += power;
  }
  // The prefix joins the decimal text before it becomes binary, so that 12.5 us is the double nearest to 12.5e-6.
  const std::string decimal = std::string(amount.substr(0, number.mantissa)) + "e" + std::to_string(exponent);
  double value = 0;
  const auto read = std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  if (read.ec != std::errc() || read.ptr != decimal.data() + decimal.size()) {
    refuse(text, amount.substr(0, number.whole), "is out of range: write for example 900 GB/s");
  }
  return {value * unit->factor, unit->unit};
}

}  // namespace sextant::results
