// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/crossing.hpp"

#include <cmath>
#include <optional>

namespace sextant::analysis {
namespace {

constexpr double tolerance = 1e-4;

struct Bracket {
  double low, high;      // values of the figure
  double before, after;  // log ratios there, of unlike sign
};

// Halves on the log scale where the figure is positive, so that every decade costs alike.
double middle(const Bracket& b, bool whole) {
  const double at = b.low > 0 ? std::sqrt(b.low * b.high) : (b.low + b.high) / 2;
  return whole ? std::floor((b.low + b.high) / 2) : at;
}

bool narrow(const Bracket& b, bool whole) {
  return whole ? b.high - b.low <= 1 : b.high - b.low <= tolerance * std::abs(b.high);
}

// Nothing where the comparison ends inside the bracket: neither machine holds the model there.
std::optional<Crossing> bisected(Bracket b, bool whole, const LogRatio& log_ratio) {
  while (!narrow(b, whole)) {
    const double at = middle(b, whole);
    if (at <= b.low || at >= b.high) break;
    const double ratio = log_ratio(at);
    if (std::isnan(ratio)) return std::nullopt;
    const bool left = (ratio < 0) == (b.before < 0);
    (left ? b.low : b.high) = at;
    (left ? b.before : b.after) = ratio;
  }
  Crossing found;
  found.faster_below = b.before < 0;
  found.capacity = std::isinf(b.before) || std::isinf(b.after);
  found.value = whole || found.capacity ? b.high : (b.low + b.high) / 2;
  return found;
}

}  // namespace

AlongAxis crossings(const std::vector<double>& grid, bool whole, const LogRatio& log_ratio) {
  AlongAxis line;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    line.ratios.push_back(log_ratio(grid[i]));
    if (i == 0) continue;
    const Bracket bracket{grid[i - 1], grid[i], line.ratios[i - 1], line.ratios[i]};
    if (std::isnan(bracket.before) || std::isnan(bracket.after)) continue;
    if ((bracket.before < 0) == (bracket.after < 0)) continue;
    if (const auto found = bisected(bracket, whole, log_ratio)) line.crossings.push_back(*found);
  }
  return line;
}

}  // namespace sextant::analysis
