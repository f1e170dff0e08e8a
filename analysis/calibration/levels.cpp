// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/levels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sextant::analysis {

namespace {

double middle(double a, double b, double c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

// Logarithms, each the middle one of itself and its neighbours: a rise stays as it is, a spike goes.
std::vector<double> smoothed_logs(std::span<const double> values) {
  std::vector<double> logs, smooth;
  for (const double value : values) logs.push_back(std::log(value));
  smooth = logs;
  for (std::size_t i = 1; i + 1 < logs.size(); ++i) smooth[i] = middle(logs[i - 1], logs[i], logs[i + 1]);
  return smooth;
}

double noise_of(std::span<const double> values) {
  constexpr double least = 0.15, most = 0.5;
  std::vector<double> bends;
  for (std::size_t i = 1; i + 1 < values.size(); ++i) {
    bends.push_back(std::fabs(std::log(values[i - 1]) - 2 * std::log(values[i]) + std::log(values[i + 1])));
  }
  if (bends.size() < 3) return least;
  const auto half = bends.begin() + std::ptrdiff_t(bends.size() / 2);
  std::nth_element(bends.begin(), half, bends.end());
  // A second difference of independent errors has six times their variance; the median of a normal is 0.6745 sigma.
  return std::clamp(*half / (0.6745 * std::sqrt(6.0)), least, most);
}

std::vector<Level> pieces_of(const std::vector<double>& x, double noise) {
  const std::size_t n = x.size();
  // Prefix sums of the values and their squares give the misfit of any piece in constant time.
  std::vector<double> sum(n + 1, 0), squares(n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    sum[i + 1] = sum[i] + x[i];
    squares[i + 1] = squares[i] + x[i] * x[i];
  }
  const double penalty = 2 * std::log(std::max<double>(2, double(n)));
  const auto misfit = [&](std::size_t begin, std::size_t end) {
    const double total = sum[end] - sum[begin];
    return std::max(0.0, squares[end] - squares[begin] - total * total / double(end - begin)) / (noise * noise);
  };
  std::vector<double> cost(n + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> begin_of(n + 1, 0);
  cost[0] = 0;
  for (std::size_t end = 1; end <= n; ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      const double candidate = cost[begin] + misfit(begin, end) + penalty;
      if (candidate < cost[end]) {
        cost[end] = candidate;
        begin_of[end] = begin;
      }
    }
  }
  std::vector<Level> pieces;
  for (std::size_t end = n; end > 0; end = begin_of[end]) pieces.push_back({begin_of[end], end});
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

}  // namespace

std::vector<Level> find_levels(std::span<const double> values) {
  if (values.empty()) return {};
  const std::vector<double> logs = smoothed_logs(values);
  const std::vector<Level> pieces = pieces_of(logs, noise_of(values));
  std::vector<Level> levels;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool between = i > 0 && i + 1 < pieces.size();
    if (between && pieces[i].end - pieces[i].begin == 1) continue;
    levels.push_back(pieces[i]);
  }
  return levels;
}

}  // namespace sextant::analysis
