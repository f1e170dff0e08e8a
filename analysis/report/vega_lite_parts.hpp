// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "results/record/unit.hpp"

// Inside the makers of specifications only: what all pictures have in common, as JSON text, because the JSON library
// stays in .cpp files.
namespace sextant::analysis {

inline constexpr const char* ink = "#1c2128";
inline constexpr const char* muted = "#656d76";
inline constexpr const char* grid = "#e4e7eb";
inline constexpr const char* paper = "#ffffff";
// Of the charts with one row per design: a line of text and the mark below it.
inline constexpr std::size_t row_height = 48;

// An empty picture of that height, as wide as its container.
std::string empty_picture(std::size_t height);

// Of an axis. Ticks stand where we put them and are labelled by results::format; the expression only looks the text up.
std::string tick_labels(const std::vector<double>& ticks, results::Unit unit);
std::string tick_labels(const std::vector<double>& ticks, const std::vector<std::string>& texts);

// The scale of a colour: `names` in their order.
std::string colour_scale(const std::vector<std::string>& names);

// As many columns as fit: a horizontal legend of Vega does not wrap by itself. The width shrinks once by the padding while
// Vega lays out, so no threshold may lie just below a width that pages or figures have: rows would be cut off. "null" for
// a single entry.
std::string legend(const std::string& title, std::size_t entries, int offset = 16);

// One band per row, in the order given; `place` from 0 at the top of the band to 1 at its bottom.
std::string row_channel(const std::vector<std::string>& names, double place);

// Two layers: a name above the row at the left, numbers at the right. The full width stays for the marks, on a telephone
// too.
std::string row_texts(const std::vector<std::string>& names);

}  // namespace sextant::analysis
