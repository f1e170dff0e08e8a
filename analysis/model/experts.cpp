// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/experts.hpp"

#include <cmath>

namespace sextant::analysis {

double independent_tokens(double batch, double routing_correlation) {
  return 1 + (batch - 1) * (1 - routing_correlation);
}

double distinct_experts(double experts, double experts_per_token, double tokens) {
  return experts * (1 - std::pow(1 - experts_per_token / experts, tokens));
}

double distinct_experts(std::span<const double> popularity, double tokens) {
  double sum = 0;
  for (const double p : popularity) sum += 1 - std::pow(1 - p, tokens);
  return sum;
}

}  // namespace sextant::analysis
