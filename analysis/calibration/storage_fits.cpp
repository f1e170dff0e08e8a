// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "analysis/calibration/fits.hpp"
#include "analysis/calibration/flash_fits.hpp"

namespace sextant::analysis {

using results::Unit;

namespace {

bool is(const Observation& observation, std::string_view axis, std::string_view word) {
  return !observation.measurement->point.has(axis) || observation.word(axis) == word;
}

// The first of these that some point has: by it the curves are measured, and the others stand beside them.
std::string first_of(const Observations& all, std::string_view axis,
                     std::initializer_list<std::string_view> preferred) {
  for (std::string_view word : preferred) {
    if (std::any_of(all.begin(), all.end(), [&](const Observation& o) { return is(o, axis, word); }))
      return std::string(word);
  }
  return {};
}

struct Way {
  std::string method, buffers;
  bool usual(const Observation& o) const {
    return is(o, "method", method) && is(o, "buffers", buffers) &&
           (!o.measurement->point.has("threads") || o.number("threads") == 1);
  }
};

Way usual_way(const Observations& all) {
  return {first_of(all, "method", {"io_uring", "io_uring_plain", "pread"}),
          first_of(all, "buffers", {"huge", "small"})};
}

// On the largest file that was read in the usual way.
Observations on_largest(const Observations& data, std::string_view probe, const Way& way, bool usual) {
  const Observations all = select(data, probe, "block");
  double largest = -1;
  for (const Observation& o : all)
    if (way.usual(o) && o.measurement->point.has("span")) largest = std::max(largest, o.number("span"));
  return select(all, probe, "block", [&](const Observation& o) {
    return way.usual(o) == usual && (largest < 0 || !o.measurement->point.has("span") || o.number("span") == largest);
  });
}

Observations of_pattern(const Observations& all, std::string_view pattern) {
  Observations chosen;
  for (const Observation& o : all)
    if (is(o, "pattern", pattern)) chosen.push_back(o);
  return chosen;
}

results::Point work(const Observation& o) {
  results::Point point;
  for (const char* axis : {"span", "pattern", "block", "depth"}) {
    for (const auto& [name, value] : o.measurement->point.coordinates())
      if (name == axis) point.set(name, value);
  }
  return point;
}

// The same blocks read by other methods, from other buffers, by more threads.
void fit_other_ways(const Observations& usual, const Observations& others, std::vector<Parameter>& into) {
  for (const Observation& point : others) {
    into.push_back(measured("storage.read.by_method", point.value, Unit::byte_per_second, everything(point)));
    const results::Point same = work(point);
    const auto beside = std::find_if(usual.begin(), usual.end(), [&](const Observation& o) { return shares(o, same); });
    if (beside == usual.end()) continue;
    into.push_back(fitted(
        "storage.read.method_factor", point.value / beside->value, Unit::one, everything(point),
        "over the same blocks by " + (beside->measurement->point.has("method") ? beside->word("method") + ", one thread"
                                                                               : std::string("the usual way"))));
  }
}

}  // namespace

Observations storage_points(const Observations& data) {
  return on_largest(data, "storage.read", usual_way(select(data, "storage.read", "block")), true);
}

Observations surface_points(const Observations& data) { return of_pattern(storage_points(data), "random"); }

void fit_storage(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations all = storage_points(data), random = surface_points(data);
  for (const Observation& point : random) {
    into.push_back(
        measured("storage.read.bandwidth", point.value, Unit::byte_per_second, at(point, {"block", "depth"})));
  }
  for (const Observation& point : all) {
    if (is(point, "pattern", "random")) continue;
    into.push_back(
        measured("storage.read.sequential", point.value, Unit::byte_per_second, at(point, {"block", "depth"})));
  }
  fit_other_ways(all, on_largest(data, "storage.read", usual_way(select(data, "storage.read", "block")), false), into);
  if (!random.empty()) {
    into.push_back(measured("storage.read.peak", fastest_of(all, structure).value, Unit::byte_per_second, {},
                            "the best block and depth that were measured"));
    const auto alone =
        std::find_if(random.begin(), random.end(), [](const Observation& o) { return o.number("depth") == 1; });
    if (alone != random.end()) {
      into.push_back(measured("storage.read.latency", alone->number("block") / alone->value, Unit::second,
                              at(*alone, {"block", "depth"}), "one request at a time: the block over its bandwidth"));
    }
  }
  fit_flash(data, structure, into);
  fit_storage_probes(data, structure, into);
}

}  // namespace sextant::analysis
