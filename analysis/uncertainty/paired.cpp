// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/paired.hpp"

#include <algorithm>
#include <cmath>

#include "results/record/summary.hpp"

namespace sextant::analysis {

Paired paired(const std::vector<double>& a, const std::vector<double>& b) {
  const std::size_t n = std::min(a.size(), b.size());
  std::vector<double> logs(n);
  double faster = 0;
  bool known = n > 0;
  for (std::size_t i = 0; i < n; ++i) {
    logs[i] = std::log(a[i] / b[i]);
    faster += a[i] < b[i] ? 1 : a[i] == b[i] ? 0.5 : 0;
    known = known && std::isfinite(logs[i]);
  }
  if (!known) return {{std::nan(""), std::nan(""), std::nan("")}, std::nan("")};
  std::sort(logs.begin(), logs.end());
  const auto at = [&](double share) { return std::exp(results::quantile(logs, share)); };
  return {{at(0.05), at(0.50), at(0.95)}, faster / static_cast<double>(n)};
}

}  // namespace sextant::analysis
