// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/measured_surface.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sextant::analysis {
namespace {

// Straight between neighbours, constant outside. `value` of an entry of the map.
template <class Map, class Value>
double interpolated(const Map& map, double at, Value value) {
  const auto after = map.lower_bound(at);
  if (after == map.end()) return value(std::prev(after)->second);
  if (after == map.begin() || after->first == at) return value(after->second);
  const auto before = std::prev(after);
  const double share = (at - before->first) / (after->first - before->first);
  return (1 - share) * value(before->second) + share * value(after->second);
}

}  // namespace

MeasuredSurface::MeasuredSurface(const FlashSurface& form, const Observations& points) : form_(form) {
  for (const Observation& point : points) {
    const double block = point.number("block"), depth = point.number("depth");
    corrections_[std::log(block)][std::log(depth)] = std::log(point.value / read_bandwidth(form_, block, depth));
    deepest_ = std::max(deepest_, depth);
  }
}

double MeasuredSurface::correction(double block, double requests) const {
  const auto along_depth = [&](const std::map<double, double>& depths) {
    return interpolated(depths, std::log(requests), [](double value) { return value; });
  };
  return std::exp(interpolated(corrections_, std::log(block), along_depth));
}

double MeasuredSurface::bandwidth(double block, double requests) const {
  const double depth = std::min(requests, deepest_);
  return read_bandwidth(form_, block, depth) * correction(block, depth);
}

bool MeasuredSurface::covers(double block, double requests) const {
  constexpr double rounding = 1e-9;
  return std::log(block) >= corrections_.begin()->first - rounding &&
         std::log(block) <= corrections_.rbegin()->first + rounding && requests <= deepest_ * (1 + rounding);
}

LayerReads MeasuredSurface::reads(const LayerStream& stream) const {
  const double alone = bandwidth(stream.block, requests_of_layer(stream));
  const double streaming = bandwidth(stream.block, requests_ahead(stream));
  return {.first = stream.block / bandwidth(stream.block, 1),
          .alone = alone,
          .streaming = streaming,
          .peak = std::max({alone, streaming, bandwidth(stream.block, deepest_)})};
}

}  // namespace sextant::analysis
