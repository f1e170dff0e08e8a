// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

// Which of a few states a machine was in, from work that never changes (statistics.md, "States").
namespace sextant::results {

// Two states are at least so many times apart in one of the canaries, and a sample whose canaries before and after it
// are further apart was taken while the state changed. Fixed beforehand: of two sets in turn on a machine whose state
// does not change one in twenty differs by 1.06 (messages) to 1.2 (moving memory together) on a busy machine.
inline constexpr double state_factor = 1.2;

// Bounds between the levels that values lie on, ascending: none (one level), one or two. Levels are the two or three
// groups of neighbours that are furthest apart, on a logarithmic scale, in standard deviations within the groups; they
// count where that is more than 4.2 (halves of a normal distribution are 2.7 apart, of a uniform one 3.5), the means are
// more than state_factor apart, a quarter of that distance lies between the facing deciles, and each holds a tenth of the values, at least five different ones. Of more than 200
// values 200 quantiles stand for all; fewer than 20 have one level. `sorted` ascending.
std::vector<double> level_bounds(std::span<const double> sorted);

// Seconds of computing, of messages and of moving memory together: what has states.
inline constexpr std::size_t state_kinds = 3;
using StateSeconds = std::array<double, state_kinds>;  // NaN where a canary was not taken

struct CanarySet {
  StateSeconds seconds;
  double weight = 0;  // time measured with it
};

struct States {
  std::array<std::vector<double>, state_kinds> bounds;  // of the levels of each canary
  std::vector<std::array<int, state_kinds>> levels;     // of each state: that with most measured time first
  friend bool operator==(const States&, const States&) = default;
};

// The states are the one to three combinations of levels with most measured time, and with a tenth of it at least.
// Empty where no set has seconds of two processors: one processor's canaries see neighbours rather than states. The order
// of the sets does not matter; those that are alike in all seconds count once.
States find_states(std::vector<CanarySet> sets);

// 0 for the state with most measured time, then 1 and 2; -1 for seconds that belong to none of them.
int state_of(const States& states, const StateSeconds& seconds);

}  // namespace sextant::results
