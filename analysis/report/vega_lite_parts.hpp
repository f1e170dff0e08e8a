// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "results/record/unit.hpp"

// Inside the makers of specifications only: what all pictures have in common.
namespace sextant::analysis {

using Json = nlohmann::ordered_json;

inline constexpr const char* ink = "#1c2128";
inline constexpr const char* muted = "#656d76";
inline constexpr const char* grid = "#e4e7eb";
inline constexpr const char* paper = "#ffffff";
// Of the charts with one row per design: a line of text and the mark below it.
inline constexpr std::size_t row_height = 48;

// An empty picture of that height, as wide as its container.
Json document(std::size_t height);

// Ticks stand where we put them and are labelled by results::format; the expression only looks the text up.
void set_ticks(Json& axis, const std::vector<double>& ticks, results::Unit unit);

Json colours(const std::vector<std::string>& names);

// As many columns as fit: a horizontal legend of Vega does not wrap by itself. The width shrinks once by the padding while
// Vega lays out, so no threshold may lie just below a width that pages or figures have: rows would be cut off.
Json legend(const std::string& title, std::size_t entries, int offset = 16);

// One band per row, in the order given; `place` from 0 at the top of the band to 1 at its bottom.
Json row_channel(const Json& names, double place);

// A name above the row at the left, numbers at the right: the full width stays for the marks, on a telephone too.
void add_row_texts(Json& layers, const Json& names);

}  // namespace sextant::analysis
