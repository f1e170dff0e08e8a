// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/designs/design.hpp"
#include "results/record/csv.hpp"
#include "results/record/profile.hpp"

// A design whose references into a profile have been looked up: every figure now has a distribution.
namespace sextant::analysis {

// A figure that neither the design nor the profile gives. Names it; nothing is invented in its place.
class MissingParameter : public results::InvalidInput {
 public:
  using results::InvalidInput::InvalidInput;
};

struct BoundFigure {
  Figure figure;              // estimate filled in, SI
  std::string parameter;      // key of the profile's parameter, empty when it comes from elsewhere
  std::vector<double> joint;  // one value for each row of the profile's draws; empty: drawn from its interval
};

struct BoundDesign {
  Design design;
  std::vector<BoundFigure> figures;
  FlashCurve curve;                  // measured shape of flash reads, when the design asks for it
  std::vector<std::string> remarks;  // what the binding took for granted, in sentences
};

// "memory.latency.dram" or "net.allreduce.alpha[ranks=2 bytes=min]": the parameter with this name whose validity holds
// these values; min and max choose among numbers (of a range, its first). Throws MissingParameter: none, several, or
// refused by the calibration.
const results::Parameter& select(const results::Profile& profile, std::string_view reference);

BoundDesign bind(const Design& design, const results::Profile& profile);

// Value of a figure at share `base` of its own interval (or row `row` of the joint draws) and share `prior` of its
// class.
double value_at(const BoundFigure& bound, double base, double prior, std::size_t row);

// Every figure at its median.
Values median_values(const BoundDesign& design);

}  // namespace sextant::analysis
