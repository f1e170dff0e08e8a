// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/levels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sextant::analysis {

std::vector<std::size_t> find_levels(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n == 0) return {};
  // Prefix sums of log and log^2 give the misfit of any stretch in constant time.
  std::vector<double> sum(n + 1, 0), squares(n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const double x = std::log(values[i]);
    sum[i + 1] = sum[i] + x;
    squares[i + 1] = squares[i] + x * x;
  }
  constexpr double noise = 0.15;
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
  std::vector<std::size_t> firsts;
  for (std::size_t end = n; end > 0; end = begin_of[end]) firsts.push_back(begin_of[end]);
  std::reverse(firsts.begin(), firsts.end());
  return firsts;
}

}  // namespace sextant::analysis
