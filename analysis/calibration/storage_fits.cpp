// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

using results::Unit;

Observations storage_points(const Observations& data) {
  const Observations all = select(data, "storage.read", "block");
  if (all.empty() || !all.front().measurement->point.has("span")) return all;
  const double largest = values_of(all, "span").back();
  return select(all, "storage.read", "block", with("span", largest));
}

void fit_storage(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations all = storage_points(data);
  const Observations random = select(all, "storage.read", "block", [](const Observation& o) {
    return !o.measurement->point.has("pattern") || o.word("pattern") == "random";
  });
  for (const Observation& point : random) {
    into.push_back(
        measured("storage.read.bandwidth", point.value, Unit::byte_per_second, at(point, {"block", "depth"})));
  }
  if (random.empty()) return;
  into.push_back(measured("storage.read.peak", fastest_of(all, structure).value, Unit::byte_per_second, {},
                          "the best block and depth that were measured"));
  const auto alone =
      std::find_if(random.begin(), random.end(), [](const Observation& o) { return o.number("depth") == 1; });
  if (alone != random.end()) {
    into.push_back(measured("storage.read.latency", alone->number("block") / alone->value, Unit::second,
                            at(*alone, {"block", "depth"}), "one request at a time: the block over its bandwidth"));
  }
}

}  // namespace sextant::analysis
