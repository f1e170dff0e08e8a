// SPDX-License-Identifier: Apache-2.0
#include "storage/sustained_levels.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sextant::storage {
namespace {

constexpr double largest_ratio = 0.9;
constexpr double least_errors = 6;

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares(std::span<const double> values) {
  const double middle = mean(values);
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [&](double sum, double value) { return sum + (value - middle) * (value - middle); });
}

// What is left of the squares after the best straight line.
double squares_around_line(std::span<const double> values) {
  const double middle = mean(values);
  const double centre = (static_cast<double>(values.size()) - 1) / 2;
  double with_time = 0, of_time = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double time = static_cast<double>(i) - centre;
    with_time += time * (values[i] - middle);
    of_time += time * time;
  }
  return squares(values) - with_time * with_time / of_time;
}

// The split that removes most of the squares: n1 n2 / n (mean1 - mean2)^2 is what it removes.
std::size_t best_split(std::span<const double> values) {
  const double total = std::accumulate(values.begin(), values.end(), 0.0);
  const auto n = static_cast<double>(values.size());
  double before = 0, most = -1;
  std::size_t best = shortest;
  for (std::size_t i = 1; i + shortest <= values.size(); ++i) {
    before += values[i - 1];
    if (i < shortest) continue;
    const auto k = static_cast<double>(i);
    const double distance = before / k - (total - before) / (n - k);
    const double removed = k * (n - k) / n * distance * distance;
    if (removed <= most) continue;
    most = removed;
    best = i;
  }
  return best;
}

// How the means of batches lie around the mean of a level; the last windows, too few for one, are left out.
struct Spread {
  double squares;
  double batches;
};

Spread spread(std::span<const double> level) {
  const std::size_t batches = level.size() / batch;
  const double middle = mean(level.first(batches * batch));
  double sum = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const double distance = mean(level.subspan(i * batch, batch)) - middle;
    sum += distance * distance;
  }
  return {sum, static_cast<double>(batches)};
}

// Standard error of the distance between two levels.
double error_of(std::span<const double> before, std::span<const double> after) {
  const Spread a = spread(before), b = spread(after);
  const double together = (a.squares + b.squares) / (a.batches + b.batches - 2) * (1 / a.batches + 1 / b.batches);
  const double each = a.squares / (a.batches - 1) / a.batches + b.squares / (b.batches - 1) / b.batches;
  return std::sqrt(std::max(together, each));
}

}  // namespace

Levels find_levels(std::span<const double> windows) {
  if (windows.empty()) return {0, 0, {}};
  const double all = mean(windows);
  const Levels flat = {all, all, {}};
  if (windows.size() < 2 * shortest) return flat;

  const std::size_t split = best_split(windows);
  const auto before = windows.first(split), after = windows.subspan(split);
  const Levels two = {mean(before), mean(after), split};
  if (two.sustained > largest_ratio * two.burst) return flat;
  if (squares(before) + squares(after) > squares_around_line(windows)) return flat;
  return two.burst - two.sustained >= least_errors * error_of(before, after) ? two : flat;
}

}  // namespace sextant::storage
