// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/experts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sextant::analysis {
namespace {

constexpr std::size_t groups = 24;

// Ranks lo..hi of the experts, their number, and the mean of e^-exponent over them (by the midpoint rule on the density,
// exact enough because a group spans a fifth of its rank).
struct Group {
  double count = 0;
  double weight = 0;
};

std::array<Group, groups> zipf_groups(double experts, double exponent) {
  std::array<Group, groups> list;
  const double step = std::log(experts + 0.5) - std::log(0.5);
  double low = 0.5;
  for (std::size_t i = 0; i < groups; ++i) {
    const double high = 0.5 * std::exp(step * static_cast<double>(i + 1) / groups);
    const double count = high - low;
    // integral of x^-s over the group, divided by its length
    const double mean = std::abs(exponent - 1) < 1e-9
                            ? std::log(high / low) / count
                            : (std::pow(high, 1 - exponent) - std::pow(low, 1 - exponent)) / ((1 - exponent) * count);
    list[i] = {count, mean};
    low = high;
  }
  return list;
}

}  // namespace

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

void zipf_popularity(double k, double exponent, std::span<double> popularity) {
  // The first ones cannot be used more than once by a token: what is above 1 is spread over the rest.
  std::size_t full = 0;
  while (full < popularity.size()) {
    double sum = 0;
    for (std::size_t e = full; e < popularity.size(); ++e) sum += std::pow(static_cast<double>(e + 1), -exponent);
    const double scale = (k - static_cast<double>(full)) / sum;
    for (std::size_t e = full; e < popularity.size(); ++e)
      popularity[e] = scale * std::pow(static_cast<double>(e + 1), -exponent);
    if (popularity[full] <= 1) return;
    popularity[full++] = 1;
  }
}

double distinct_experts(double experts, double k, double tokens, double exponent) {
  if (exponent <= 0) return distinct_experts(experts, k, tokens);
  const auto list = zipf_groups(experts, exponent);
  double sum = 0, full = 0;
  for (const Group& g : list) sum += g.count * g.weight;
  // As in zipf_popularity, group by group: those that would pass 1 are always used.
  std::size_t first = 0;
  double scale = k / sum;
  while (first < groups && scale * list[first].weight > 1) {
    full += list[first].count;
    sum -= list[first].count * list[first].weight;
    ++first;
    scale = (k - full) / sum;
  }
  double distinct = full;
  for (std::size_t i = first; i < groups; ++i)
    distinct += list[i].count * (1 - std::pow(1 - scale * list[i].weight, tokens));
  return distinct;
}

double straggler_factor(double mean, double ranks) {
  if (ranks <= 1 || mean <= 0) return 1;
  return 1 + std::sqrt(2 * std::log(ranks) * (1 - 1 / ranks) / mean);
}

ExpertLoad expert_load(double experts, double k, double tokens, double ranks, const Routing& routing) {
  const double independent = independent_tokens(tokens, routing.correlation);
  const double touched = distinct_experts(experts, k, independent, routing.popularity);
  if (ranks <= 1) return {touched, tokens * k};
  const double held = experts / ranks;
  const double probability = touched / experts;
  const double deviation = std::sqrt(2 * std::log(ranks) * (1 - 1 / ranks) * held * probability * (1 - probability));
  const double most = std::min({held, touched, held * probability + deviation});
  const double pairs = tokens * k / ranks;
  return {most, std::min(pairs * straggler_factor(independent * k / ranks, ranks), tokens * std::min(k, held))};
}

}  // namespace sextant::analysis
