// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/break_even.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "analysis/model/decode.hpp"
#include "analysis/model/split.hpp"
#include "analysis/uncertainty/draws.hpp"

namespace sextant::analysis {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A design with its figures at their medians, values[0], and in every draw after it.
struct Machine {
  BoundDesign bound;
  std::vector<Values> values;
};

Machine machine(const Design& design, const results::Profile& profile, const BreakEvenOptions& options) {
  Machine m{bind(design, profile), {}};
  m.values.push_back(median_values(m.bound));
  const DrawShares shares = draw_shares(m.bound, options.draws, options.seed);
  for (std::size_t i = 0; i < options.draws; ++i) m.values.push_back(values_in_draw(m.bound, shares, i));
  return m;
}

Hardware hardware(const Machine& m, const Values& values) { return resolve(values, m.bound.design, m.bound.curve); }

// The workload with the fastest split at these values; nothing where none fits.
std::optional<Workload> placed(Workload workload, const Machine& m, const Values& medians) {
  const Hardware h = hardware(m, medians);
  if (workload.search_split) {
    const Choice choice = best_split(workload, h);
    if (!choice.fits) return std::nullopt;
    workload.parallelism = choice.parallelism;
    return workload;
  }
  workload.parallelism = resolved(workload.parallelism, h.devices);
  const bool possible = refusal(workload.model, workload.parallelism, h.devices).empty();
  if (!possible || !decode_step(workload, h).fits) return std::nullopt;
  return workload;
}

// Design and baseline along the axis. Which split is fastest depends on the value, but not on the draw.
class Contest {
 public:
  Contest(const Space& space, const Question& q, const results::Profile& profile, const BreakEvenOptions& options)
      : space_(space), question_(q), axis_(space.sweep.axes[q.axis]) {
    const Design design = design_at(space, q.point);
    if (const Figure* figure = swept_figure(design, axis_)) slot_ = figure->slot;
    whole_ = whole(axis_, design);
    candidate_ = machine(design, profile, options);
    baseline_ = machine(space.against[q.baseline], profile, options);
  }

  bool only_whole() const { return whole_; }

  // Of draw - 1; 0 = at the medians.
  double log_ratio(double x, std::size_t draw) {
    const Pair& pair = at(x);
    if (!pair.candidate && !pair.baseline) return std::nan("");
    if (!pair.candidate) return infinity;
    if (!pair.baseline) return -infinity;
    const double mine =
        decode_step(*pair.candidate, hardware(candidate_, swept(candidate_.values[draw], x))).seconds_per_token();
    const double theirs = decode_step(*pair.baseline, hardware(baseline_, baseline_.values[draw])).seconds_per_token();
    return std::log(mine / theirs);
  }

 private:
  struct Pair {
    std::optional<Workload> candidate, baseline;
  };

  Values swept(Values values, double x) const {
    if (slot_) values[*slot_] = x;
    return values;
  }

  const Pair& at(double x) {
    const auto known = pairs_.find(x);
    if (known != pairs_.end()) return known->second;
    const Workload workload =
        slot_ ? workload_at(space_, question_.point) : workload_with(space_, question_.point, axis_, x);
    Pair pair{placed(workload, candidate_, swept(candidate_.values[0], x)), std::nullopt};
    const bool baseline_known = slot_ && !pairs_.empty();
    pair.baseline = baseline_known ? pairs_.begin()->second.baseline : placed(workload, baseline_, baseline_.values[0]);
    return pairs_.emplace(x, std::move(pair)).first->second;
  }

  const Space& space_;
  const Question& question_;
  const Axis& axis_;
  std::optional<Slot> slot_;  // of the swept figure; nothing when the workload is swept
  bool whole_ = false;
  Machine candidate_, baseline_;
  std::map<double, Pair> pairs_;
};

// Where this draw crosses in the same direction, nearest to the median's crossing; beyond the end of the range where it
// does not.
double crossing_in(const AlongAxis& draw, const Crossing& wanted, const std::vector<double>& grid) {
  double nearest = std::nan("");
  for (const Crossing& c : draw.crossings) {
    if (c.faster_below != wanted.faster_below) continue;
    if (std::isnan(nearest) || std::abs(c.value - wanted.value) < std::abs(nearest - wanted.value)) nearest = c.value;
  }
  if (!std::isnan(nearest)) return nearest;
  const auto after = std::lower_bound(grid.begin(), grid.end(), wanted.value);
  const auto before = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - grid.begin() - 1));
  return (draw.ratios[before] < 0) == wanted.faster_below ? infinity : -infinity;
}

// By rank and not between two values, because some are infinite.
Quantiles ranked(std::vector<double> values) {
  if (values.empty()) return {std::nan(""), std::nan(""), std::nan("")};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    return values[std::min(index, values.size() - 1)];
  };
  return {at(0.05), at(0.50), at(0.95)};
}

// Everywhere the same side wins, or nothing can be compared.
Outcome uncrossed(const AlongAxis& line) {
  for (const double ratio : line.ratios) {
    if (!std::isnan(ratio)) return ratio < 0 ? Outcome::faster : Outcome::slower;
  }
  return Outcome::fits_neither;
}

void add_draws(BreakEven& answer, Contest& contest, const std::vector<double>& grid) {
  std::vector<std::vector<double>> values(answer.crossings.size());
  double faster = 0, slower = 0;
  for (std::size_t draw = 1; draw <= answer.draws; ++draw) {
    const AlongAxis line = crossings(grid, contest.only_whole(), [&](double x) { return contest.log_ratio(x, draw); });
    if (line.crossings.empty()) {
      faster += uncrossed(line) == Outcome::faster ? 1 : 0;
      slower += uncrossed(line) == Outcome::slower ? 1 : 0;
    }
    for (std::size_t c = 0; c < values.size(); ++c)
      values[c].push_back(crossing_in(line, answer.crossings[c].crossing, grid));
  }
  for (std::size_t c = 0; c < values.size(); ++c) {
    Quantiles& spread = answer.crossings[c].draws = ranked(std::move(values[c]));
    // The middle of every figure need not lie among the middle of the draws; the interval that is said must hold the value.
    spread.p5 = std::min(spread.p5, answer.crossings[c].crossing.value);
    spread.p95 = std::max(spread.p95, answer.crossings[c].crossing.value);
  }
  answer.faster_throughout = answer.draws > 0 ? faster / static_cast<double>(answer.draws) : 0;
  answer.slower_throughout = answer.draws > 0 ? slower / static_cast<double>(answer.draws) : 0;
}

// Whether assumed figures decide the time at the value of the axis nearest to the crossing, or at its first.
bool mostly_assumed(const Space& space, const BreakEven& answer, const results::Profile& profile,
                    const BreakEvenOptions& options) {
  SpacePoint point = answer.question.point;
  const auto& grid = space.sweep.axes[answer.question.axis].numbers;
  const auto& found = answer.crossings;
  if (!found.empty()) {
    const auto after = std::lower_bound(grid.begin(), grid.end(), found.front().crossing.value);
    point.at[answer.question.axis] = static_cast<std::size_t>(
        std::min<std::ptrdiff_t>(after - grid.begin(), static_cast<std::ptrdiff_t>(grid.size()) - 1));
  }
  return project(workload_at(space, point), design_at(space, point), profile, {options.draws, options.seed}).range_only;
}

}  // namespace

std::vector<Question> questions(const Space& space) {
  std::vector<Question> list;
  for (const SpacePoint& point : points(space)) {
    for (std::size_t axis = 0; axis < space.sweep.axes.size(); ++axis) {
      if (point.at[axis] != 0 || space.sweep.axes[axis].numbers.size() < 2) continue;
      for (std::size_t b = 0; b < space.against.size(); ++b) list.push_back({point, axis, b});
    }
  }
  return list;
}

BreakEven break_even(const Space& space, const Question& question, const results::Profile& profile,
                     const BreakEvenOptions& options) {
  BreakEven answer;
  answer.question = question;
  answer.draws = options.draws;
  try {
    Contest contest(space, question, profile, options);
    const std::vector<double>& grid = space.sweep.axes[question.axis].numbers;
    const AlongAxis line = crossings(grid, contest.only_whole(), [&](double x) { return contest.log_ratio(x, 0); });
    for (const Crossing& c : line.crossings) answer.crossings.push_back({c, {}});
    answer.outcome = line.crossings.empty() ? uncrossed(line) : Outcome::crosses;
    answer.only_one_fits = line.crossings.empty() && std::all_of(line.ratios.begin(), line.ratios.end(),
                                                                 [](double ratio) { return !std::isfinite(ratio); });
    if (answer.outcome == Outcome::fits_neither) return answer;
    add_draws(answer, contest, grid);
    answer.range_only = mostly_assumed(space, answer, profile, options);
  } catch (const MissingParameter& error) {
    answer.reason = error.what();
  }
  return answer;
}

}  // namespace sextant::analysis
