// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sextant::results {

// Edits (insert, delete, replace) between two texts, upper and lower case taken as equal.
std::size_t distance(std::string_view a, std::string_view b);

// The candidate with the fewest edits, or nothing when even that one shares less than half with the text.
std::string nearest(std::string_view text, const std::vector<std::string>& candidates);

// ": did you mean 'x'?" for an error message, or nothing.
std::string suggestion(std::string_view text, const std::vector<std::string>& candidates);

// ASCII lower case.
std::string folded(std::string_view text);

}  // namespace sextant::results
