// SPDX-License-Identifier: Apache-2.0
#include "results/statistics/states.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "results/statistics/order_statistics.hpp"

namespace sextant::results {
namespace {

constexpr std::size_t least_values = 20;
constexpr std::size_t most_values = 200;
constexpr std::size_t least_distinct = 5;
constexpr double least_apart = 4.2;  // standard deviations within the groups
constexpr double least_gap = 0.25;   // of the distance of the means
constexpr std::size_t most_states = 3;

// Sums over the first values, so that those of any group of neighbours are two differences.
class Groups {
 public:
  explicit Groups(const std::vector<double>& values) : values_(values), sums_{0}, squares_{0}, distinct_{0} {
    // Relative to the middle: sums of squares of large numbers would lose the small differences.
    const double centre = std::log(median(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double x = std::log(values[i]) - centre;
      sums_.push_back(sums_.back() + x);
      squares_.push_back(squares_.back() + x * x);
      distinct_.push_back(distinct_.back() + (i == 0 || values[i] != values[i - 1] ? 1 : 0));
    }
  }

  std::size_t size() const { return sums_.size() - 1; }
  bool large_enough(std::size_t begin, std::size_t end) const {
    return 10 * (end - begin) >= size() && distinct_[end] - distinct_[begin] >= least_distinct;
  }
  double mean(std::size_t begin, std::size_t end) const { return (sums_[end] - sums_[begin]) / double(end - begin); }
  double scatter(std::size_t begin, std::size_t end) const {
    const double sum = sums_[end] - sums_[begin];
    return squares_[end] - squares_[begin] - sum * sum / double(end - begin);
  }
  // How far the facing ninth tenths of two neighbours are apart.
  double gap(std::size_t begin, std::size_t middle, std::size_t end) const {
    const std::span<const double> all(values_);
    return std::log(quantile(all.subspan(middle, end - middle), 0.1) /
                    quantile(all.subspan(begin, middle - begin), 0.9));
  }

 private:
  const std::vector<double>& values_;
  std::vector<double> sums_, squares_;
  std::vector<std::size_t> distinct_;
};

struct Split {
  double apart = 0;  // squared, in variances within the groups
  std::vector<std::size_t> starts;
};

// Whether there is a gap at each start. A few interruptions are far from the other values, and with some of these in
// one group would make a level of their own.
bool separate(const Groups& groups, const std::vector<std::size_t>& starts) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : groups.size();
    const double distance = groups.mean(starts[i], end) - groups.mean(begin, starts[i]);
    if (!(groups.gap(begin, starts[i], end) > least_gap * distance)) return false;
    begin = starts[i];
  }
  return true;
}

// Considers the groups that begin at 0 and at `starts`.
void consider(const Groups& groups, const std::vector<std::size_t>& starts, Split& best) {
  double nearest = INFINITY, scatter = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= starts.size(); ++i) {
    const std::size_t end = i < starts.size() ? starts[i] : groups.size();
    if (!groups.large_enough(begin, end)) return;
    scatter += groups.scatter(begin, end);
    if (i < starts.size()) {
      const std::size_t next = i + 1 < starts.size() ? starts[i + 1] : groups.size();
      nearest = std::min(nearest, groups.mean(end, next) - groups.mean(begin, end));
    }
    begin = end;
  }
  if (!(nearest > std::log(state_factor)) || !(scatter > 0)) return;
  const double apart = nearest * nearest * double(groups.size()) / scatter;
  if (apart > best.apart && separate(groups, starts)) best = {apart, starts};
}

Split best_split(const Groups& groups, bool three) {
  Split best;
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (!three) consider(groups, {i}, best);
    for (std::size_t j = i + 1; three && j < groups.size(); ++j) consider(groups, {i, j}, best);
  }
  return best;
}

// The sets in an order of their own, each once.
std::vector<CanarySet> distinct(std::vector<CanarySet> sets) {
  const auto key = [](const CanarySet& set) {
    StateSeconds seconds = set.seconds;
    for (double& s : seconds) s = std::isnan(s) ? -1 : s;
    return seconds;
  };
  std::sort(sets.begin(), sets.end(), [&](const CanarySet& a, const CanarySet& b) {
    const auto x = key(a), y = key(b);
    return x != y ? x < y : a.weight < b.weight;
  });
  std::vector<CanarySet> once;
  for (const CanarySet& set : sets) {
    if (once.empty() || key(once.back()) != key(set))
      once.push_back(set);
    else
      once.back().weight += set.weight;
  }
  return once;
}

std::array<int, state_kinds> levels_of(const States& states, const StateSeconds& seconds) {
  std::array<int, state_kinds> levels{};
  for (std::size_t kind = 0; kind < state_kinds; ++kind) {
    for (const double bound : states.bounds[kind]) levels[kind] += seconds[kind] > bound ? 1 : 0;
  }
  return levels;
}

// A canary that has levels was not taken: the state is not known.
bool incomplete(const States& states, const StateSeconds& seconds) {
  for (std::size_t kind = 0; kind < state_kinds; ++kind) {
    if (!states.bounds[kind].empty() && !(seconds[kind] > 0)) return true;
  }
  return false;
}

bool of_a_pair(const StateSeconds& seconds) { return seconds[1] > 0 || seconds[2] > 0; }

}  // namespace

std::vector<double> level_bounds(std::span<const double> sorted) {
  if (sorted.size() < least_values || !(sorted.front() > 0)) return {};
  std::vector<double> values(sorted.begin(), sorted.end());
  if (values.size() > most_values) {
    values.resize(most_values);
    for (std::size_t i = 0; i < most_values; ++i) values[i] = quantile(sorted, (double(i) + 0.5) / double(most_values));
  }
  const Groups groups(values);
  for (const bool three : {true, false}) {
    const Split split = best_split(groups, three);
    if (split.apart <= least_apart * least_apart) continue;
    std::vector<double> bounds;
    for (const std::size_t start : split.starts) bounds.push_back((values[start - 1] + values[start]) / 2);
    return bounds;
  }
  return {};
}

States find_states(std::vector<CanarySet> sets) {
  std::erase_if(sets, [](const CanarySet& set) { return !of_a_pair(set.seconds); });
  sets = distinct(std::move(sets));
  States states;
  if (sets.empty()) return states;
  for (std::size_t kind = 0; kind < state_kinds; ++kind) {
    std::vector<double> values;
    for (const CanarySet& set : sets) {
      if (set.seconds[kind] > 0) values.push_back(set.seconds[kind]);
    }
    std::sort(values.begin(), values.end());
    states.bounds[kind] = level_bounds(values);
  }
  std::map<std::array<int, state_kinds>, double> weights;
  double all = 0;
  for (const CanarySet& set : sets) {
    if (incomplete(states, set.seconds)) continue;
    weights[levels_of(states, set.seconds)] += set.weight;
    all += set.weight;
  }
  std::vector<std::pair<double, std::array<int, state_kinds>>> order;
  for (const auto& [levels, weight] : weights) {
    if (10 * weight >= all) order.emplace_back(-weight, levels);
  }
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < std::min(order.size(), most_states); ++i) states.levels.push_back(order[i].second);
  return states;
}

int state_of(const States& states, const StateSeconds& seconds) {
  if (!of_a_pair(seconds) || incomplete(states, seconds)) return -1;
  const auto found = std::find(states.levels.begin(), states.levels.end(), levels_of(states, seconds));
  return found == states.levels.end() ? -1 : int(found - states.levels.begin());
}

}  // namespace sextant::results
