// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "results/record/run.hpp"

namespace sextant::analysis {

// One point of a probe as the fits see it: a value of its quantity (the median of the samples, or of a resample of
// them).
struct Observation {
  const results::Measurement* measurement = nullptr;
  double value = 0;

  double number(std::string_view axis) const { return measurement->point.number(axis); }
  const std::string& word(std::string_view axis) const { return measurement->point.word(axis); }
};

// All observations of one state of the data: the original, or one bootstrap draw.
using Observations = std::vector<Observation>;

// Those of one probe that satisfy `wanted` (all when empty), ascending in `axis`.
Observations select(const Observations& all, std::string_view probe, std::string_view axis,
                    const std::function<bool(const Observation&)>& wanted = {});

// The axes that say where a point's memory lies and in which order it is walked: most points have the usual value on each
// (transparent pages, compact binding, local memory, random order), or no such axis.
bool is_place(std::string_view axis);
bool usual(const Observation& observation);

// Distinct values of an axis, ascending.
std::vector<double> values_of(const Observations& all, std::string_view axis);
std::vector<std::string> words_of(const Observations& all, std::string_view axis);

// The distinct values of some axes together, in the order they first appear among the points of a probe. Axes that the
// points lack are left out.
std::vector<results::Point> choices(const Observations& all, std::string_view probe,
                                    const std::vector<std::string_view>& axes);
// Whether an observation has these values.
bool shares(const Observation& observation, const results::Point& values);

// The measurements as they are, summarised by their medians.
Observations medians(const std::vector<const results::Measurement*>& measurements);

}  // namespace sextant::analysis
