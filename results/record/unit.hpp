// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// Units of everything Sextant stores. Values are SI base units and decimal everywhere inside the program: 900 GB/s is
// 900e9 byte/s, never a power of two. Binary prefixes exist only in text (KiB, MiB) and only for byte counts.
namespace sextant::results {

enum class Unit {
  one,  // a ratio, a count, a factor
  second,
  byte,
  byte_per_second,
  second_per_byte,
  per_second,  // operations, requests or tokens per second
  flop,
  flop_per_second,
  joule,
  joule_per_byte,
  joule_per_flop,
  watt,
  square_metre,
  kelvin,
  kelvin_per_watt,
  dollar,
  kilogram,  // of CO2 equivalent
  text,      // an axis whose values are words ("f32", "random")
};

// UCUM code written to files: "s", "By", "By/s", "1/s", "1" ... ("text" for words).
std::string_view code(Unit unit);

// The unit of a UCUM code. Throws std::invalid_argument that lists the known codes.
Unit unit_from_code(std::string_view code);

struct Amount {
  double value;  // SI base units
  Unit unit;
};

// Reads "3350 GB/s", "80 GiB", "12.5 us", "3.44 pJ/bit", "0.85", "989 TFLOP/s", "700 W". A number alone has Unit::one.
// Throws std::invalid_argument that says what was not understood.
Amount parse_amount(std::string_view text);

// The one place that turns SI values into text for people: "1.60 TB/s", "12.5 us", "64 MiB" (for whole binary sizes),
// three significant digits. "not available" for NaN.
std::string format(double value, Unit unit);

// The same, always rounded to three digits and with decimal prefixes: "1.51 GB" where format says "1440 MiB", "1290"
// where it says "1287". For computed values that stand beside others, where a change of base would mislead.
std::string format_decimal(double value, Unit unit);

}  // namespace sextant::results
