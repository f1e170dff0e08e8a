// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "analysis/comparison/margin.hpp"
#include "bench/interleave.hpp"
#include "probes/probe/clock.hpp"
#include "results/statistics/comparison.hpp"

namespace sextant::bench {

struct CommandPlan {
  int launches = 10;        // of each command, before the first look
  double budget = 60;       // seconds after which no further pairs are begun; the first look is always reached
  bool same_first = false;  // run A against A to learn what is the same
  std::optional<double> margin = {};  // in place of one that is found out
  std::uint64_t seed = 1;
};

struct CommandComparison {
  Pairs pairs;
  analysis::Margin margin;
  results::Ratio ratio;      // of the wall times, B over A
  double adjusted_p = 1;     // for the number of looks
  double superiority = 0.5;  // chance that a run of B takes less time than one of A
  results::Verdict verdict = results::Verdict::inconclusive;
  int needed = 0;  // pairs that an inconclusive comparison would need
};

// Runs A and B in turn, after one run of each that does not count, and judges the pairs. An inconclusive comparison gets
// twice as many pairs until it is decided or the budget is spent. To look again and again for a difference finds one by
// chance in the end: of the 5 % that are allowed the first look has four fifths, and each later one half of what was
// left, so that all together stay within it.
CommandComparison compare_commands(const Timed& a, const Timed& b, const CommandPlan& plan, const probes::Clock& clock,
                                   const std::function<void(const CommandComparison&)>& looked = {});

}  // namespace sextant::bench
