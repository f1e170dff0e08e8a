// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/sweep/crossing.hpp"
#include "analysis/sweep/space.hpp"
#include "analysis/uncertainty/project.hpp"
#include "results/record/profile.hpp"

// Break-even (decode-model.md section 6): the value of a figure at which a design takes as long as a baseline. Both take
// the fastest split at their median values; all other figures are at their medians for the value itself, and in the
// draws that both share for its interval.
namespace sextant::analysis {

// One line through the space: an axis with numbers, the rest fixed, against one baseline.
struct Question {
  SpacePoint point;  // at[axis] counts for nothing
  std::size_t axis = 0, baseline = 0;
};
std::vector<Question> questions(const Space& space);

enum class Outcome { crosses, faster, slower, fits_neither, refused };
inline constexpr const char* outcome_names[] = {"crosses", "faster", "slower", "fits neither", "refused"};

struct DrawnCrossing {
  Crossing crossing;
  Quantiles draws;  // of its value; infinite where so many draws cross beyond the end of the range
};

struct BreakEven {
  Question question;
  Outcome outcome = Outcome::refused;
  std::string reason;  // when refused
  std::vector<DrawnCrossing> crossings;
  bool only_one_fits = false;  // faster or slower throughout because one of the two does not hold the model anywhere
  bool range_only = false;     // assumed figures hold more than half of the variance at the first crossing
  std::size_t draws = 0;
  double faster_throughout = 0, slower_throughout = 0;  // shares of the draws; the rest cross
};

struct BreakEvenOptions {
  std::size_t draws = 64;
  std::uint64_t seed = 1;
};
BreakEven break_even(const Space& space, const Question& question, const results::Profile& profile,
                     const BreakEvenOptions& options = {});

}  // namespace sextant::analysis
