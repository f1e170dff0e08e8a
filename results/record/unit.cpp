// SPDX-License-Identifier: Apache-2.0
#include "results/record/unit.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace sextant::results {
namespace {

// UCUM (ucum.org) where it has a code; curly braces are UCUM's annotations, which count as the number one.
constexpr std::array<std::pair<Unit, std::string_view>, 18> codes{{{Unit::one, "1"},
                                                                   {Unit::second, "s"},
                                                                   {Unit::byte, "By"},
                                                                   {Unit::byte_per_second, "By/s"},
                                                                   {Unit::second_per_byte, "s/By"},
                                                                   {Unit::per_second, "1/s"},
                                                                   {Unit::flop, "{flop}"},
                                                                   {Unit::flop_per_second, "{flop}/s"},
                                                                   {Unit::joule, "J"},
                                                                   {Unit::joule_per_byte, "J/By"},
                                                                   {Unit::joule_per_flop, "J/{flop}"},
                                                                   {Unit::watt, "W"},
                                                                   {Unit::square_metre, "m2"},
                                                                   {Unit::kelvin, "K"},
                                                                   {Unit::kelvin_per_watt, "K/W"},
                                                                   {Unit::dollar, "{USD}"},
                                                                   {Unit::kilogram, "kg"},
                                                                   {Unit::text, "text"}}};

}  // namespace

std::string_view code(Unit unit) {
  for (const auto& [known, text] : codes) {
    if (known == unit) return text;
  }
  throw std::logic_error("a unit without a code");
}

Unit unit_from_code(std::string_view code) {
  std::string list;
  for (const auto& [known, text] : codes) {
    if (text == code) return known;
    list += (list.empty() ? "" : ", ") + std::string(text);
  }
  throw std::invalid_argument("unknown unit code '" + std::string(code) + "': the known ones are " + list);
}

}  // namespace sextant::results
