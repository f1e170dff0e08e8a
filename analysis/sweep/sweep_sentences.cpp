// SPDX-License-Identifier: Apache-2.0
// Break-even in words.
#include <fmt/format.h>

#include <cmath>

#include "analysis/sweep/sweep_text.hpp"

namespace sextant::analysis {
namespace {

const Axis& axis_of(const Space& space, const BreakEven& answer) { return space.sweep.axes[answer.question.axis]; }

std::string amount(double value, const Axis& axis) { return results::format(value, axis.unit); }

// "3.00 us to 6.20 us"; an end beyond the range says so.
std::string range_text(const Quantiles& q, const Axis& axis, const char* to) {
  const std::string low = std::isfinite(q.p5) ? amount(q.p5, axis)
                          : q.p5 < 0          ? "under " + amount(axis.numbers.front(), axis)
                                              : "over " + amount(axis.numbers.back(), axis);
  const std::string high = std::isfinite(q.p95) ? amount(q.p95, axis)
                           : q.p95 < 0          ? "under " + amount(axis.numbers.front(), axis)
                                                : "over " + amount(axis.numbers.back(), axis);
  return low == high ? low : low + to + high;
}

std::string crossing_text(const BreakEven& answer, const DrawnCrossing& drawn, const Axis& axis, bool whole) {
  const Crossing& c = drawn.crossing;
  const std::string side = c.faster_below ? "below " : whole ? "at least " : "above ";
  if (answer.range_only && !c.capacity) {
    const std::string range = range_text(drawn.draws, axis, " and ");
    const bool two_ends = range.find(" and ") != std::string::npos;
    return fmt::format("{}a value {} {} (90 % of draws; assumed figures decide it)", side, two_ends ? "between" : "of",
                       range);
  }
  return fmt::format("{}{} ({} in 90 % of draws{})", side, amount(c.value, axis), range_text(drawn.draws, axis, " to "),
                     c.capacity ? "; there it is memory that decides" : "");
}

// "below 2 us (...) or above 9 us (...)".
std::string crossings_text(const BreakEven& answer, const Axis& axis, bool whole) {
  std::string text;
  for (std::size_t i = 0; i < answer.crossings.size(); ++i) {
    if (i > 0) text += answer.crossings[i].crossing.faster_below ? " and " : " or ";
    text += crossing_text(answer, answer.crossings[i], axis, whole);
  }
  return text;
}

// ", with load.batch 16": where the line lies on the other axes.
std::string elsewhere(const Space& space, const BreakEven& answer) {
  std::string text;
  for (std::size_t a = 0; a < space.sweep.axes.size(); ++a) {
    if (a == answer.question.axis) continue;
    const Axis& axis = space.sweep.axes[a];
    text += (text.empty() ? " with " : " and ") + axis.path + " " + axis.values[answer.question.point.at[a]];
  }
  return text;
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

}  // namespace

std::string sentence(const Space& space, const BreakEven& answer) {
  const Axis& axis = axis_of(space, answer);
  const std::string baseline = space.against[answer.question.baseline].name;
  const std::string subject = space.design_names[answer.question.point.design] + " on " +
                              space.workload_names[answer.question.point.workload] + elsewhere(space, answer);
  const std::string everywhere = "for every " + axis.path + " from " + amount(axis.numbers.front(), axis) + " to " +
                                 amount(axis.numbers.back(), axis);
  switch (answer.outcome) {
    case Outcome::refused:
      return subject + " against " + baseline + " is refused: " + answer.reason;
    case Outcome::fits_neither:
      return subject + ": neither it nor " + baseline + " holds the model " + everywhere;
    case Outcome::faster:
      if (answer.only_one_fits) return subject + " holds the model and " + baseline + " does not, " + everywhere;
      return fmt::format("{} is faster than {} {} (in {} of draws)", subject, baseline, everywhere,
                         percent(answer.faster_throughout));
    case Outcome::slower:
      if (answer.only_one_fits) return subject + " does not hold the model and " + baseline + " does, " + everywhere;
      return fmt::format("{} is slower than {} {} (in {} of draws)", subject, baseline, everywhere,
                         percent(answer.slower_throughout));
    case Outcome::crosses:
      break;
  }
  const bool whole_only = whole(axis, design_at(space, answer.question.point));
  return fmt::format("{} is faster than {} while {} is {}", subject, baseline, axis.path,
                     crossings_text(answer, axis, whole_only));
}

}  // namespace sextant::analysis
