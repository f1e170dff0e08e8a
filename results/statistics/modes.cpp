// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/modes.hpp"

#include <cmath>
#include <cstddef>

#include "results/statistics/order_statistics.hpp"

namespace sextant::results {

std::optional<Modes> modes(std::span<const double> sorted) {
  const std::size_t n = sorted.size();
  constexpr std::size_t least = 20;
  if (n < least || !(sorted.front() > 0)) return std::nullopt;
  // Logarithms relative to the middle: sums of squares of large numbers would lose the small differences.
  const double centre = std::log(median(sorted));
  double total = 0, squares = 0;
  for (const double value : sorted) {
    const double x = std::log(value) - centre;
    total += x;
    squares += x * x;
  }
  const double variance = squares - total * total / double(n);
  if (!(variance > 0)) return std::nullopt;
  double below = 0, best = 0;
  std::size_t split = 0;
  for (std::size_t i = 1; i < n; ++i) {
    below += std::log(sorted[i - 1]) - centre;
    if (10 * i < n || 10 * (n - i) < n) continue;
    const double apart = below / double(i) - (total - below) / double(n - i);
    const double explained = apart * apart * double(i) * double(n - i) / double(n) / variance;
    if (explained > best) {
      best = explained;
      split = i;
    }
  }
  if (best <= 0.85) return std::nullopt;
  return Modes{median(sorted.first(split)), median(sorted.subspan(split)), double(n - split) / double(n)};
}

}  // namespace sextant::results
