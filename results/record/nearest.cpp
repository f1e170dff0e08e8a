// SPDX-License-Identifier: Apache-2.0
#include "results/record/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace sextant::results {

std::string folded(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::size_t distance(std::string_view a, std::string_view b) {
  const std::string x = folded(a), y = folded(b);
  std::vector<std::size_t> row(y.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const std::size_t replaced = diagonal + (x[i] == y[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view text, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t edits = std::string_view::npos;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(text, candidate);
    if (d < edits) {
      edits = d;
      best = candidate;
    }
  }
  return !best.empty() && 2 * edits <= std::max(text.size(), best.size()) ? best : std::string();
}

std::string suggestion(std::string_view text, const std::vector<std::string>& candidates) {
  const std::string best = nearest(text, candidates);
  return best.empty() ? std::string() : ": did you mean '" + best + "'?";
}

}  // namespace sextant::results
