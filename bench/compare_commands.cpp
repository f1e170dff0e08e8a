// SPDX-License-Identifier: Apache-2.0
#include "bench/compare_commands.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/comparison/comparison.hpp"

namespace sextant::bench {

using results::Verdict;

namespace {

constexpr int same_pairs = 20;

// What p is multiplied by at a look (1, 2, ...): 5 % over the part of the 5 % that this look may spend.
double looks_factor(int look) { return look == 1 ? 1.25 : 5 * std::ldexp(1.0, look - 1); }

std::vector<double> sorted_walls(const std::vector<CommandTime>& times) {
  std::vector<double> walls;
  for (const CommandTime& time : times) walls.push_back(time.wall);
  std::sort(walls.begin(), walls.end());
  return walls;
}

void judge(CommandComparison& comparison, int look, const CommandPlan& plan, const std::vector<double>& same) {
  const std::vector<double> found = ratios(comparison.pairs);
  comparison.margin = plan.margin    ? analysis::Margin{*plan.margin, "--margin"}
                      : same.empty() ? analysis::margin_from_pairs(found)
                                     : analysis::margin_from_same_pairs(same, found.size(), plan.seed);
  comparison.ratio = results::ratio_of_pairs(found);
  comparison.adjusted_p = std::min(1.0, comparison.ratio.p * looks_factor(look));
  comparison.verdict =
      analysis::confirmed(results::judge(comparison.ratio, comparison.margin.value), comparison.adjusted_p);
  comparison.superiority = results::superiority(sorted_walls(comparison.pairs.a), sorted_walls(comparison.pairs.b));
  comparison.needed = comparison.verdict == Verdict::inconclusive
                          ? results::deciding_units(comparison.ratio, comparison.margin.value)
                          : 0;
}

}  // namespace

CommandComparison compare_commands(const Timed& a, const Timed& b, const CommandPlan& plan, const probes::Clock& clock,
                                   const std::function<void(const CommandComparison&)>& looked) {
  const double end = clock() + plan.budget;
  a();
  b();
  std::vector<double> same;
  if (plan.same_first) {
    Pairs pairs;
    while (pairs.size() < same_pairs) add_pair(pairs, a, a);
    same = ratios(pairs);
  }
  CommandComparison comparison;
  std::size_t wanted = std::size_t(std::max(2, plan.launches));
  while (comparison.pairs.size() < wanted) add_pair(comparison.pairs, a, b);
  for (int look = 1;; ++look) {
    judge(comparison, look, plan, same);
    if (looked) looked(comparison);
    if (comparison.verdict != Verdict::inconclusive || clock() >= end) return comparison;
    wanted *= 2;
    while (comparison.pairs.size() < wanted && clock() < end) add_pair(comparison.pairs, a, b);
  }
}

}  // namespace sextant::bench
