// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/calibration/fits.hpp"
#include "analysis/calibration/gather_fits.hpp"
#include "analysis/calibration/level_fits.hpp"
#include "analysis/calibration/loaded_fits.hpp"

namespace sextant::analysis {

using results::not_available;
using results::Unit;

namespace {

constexpr std::array<std::string_view, 4> streams{"memory.read", "memory.write", "memory.copy", "memory.triad"};

// The point that differs from this one in its place alone: usual pages, binding and memory.
const Observation* usual_twin(const Observation& point, const Observations& all) {
  const auto twin = std::find_if(all.begin(), all.end(), [&](const Observation& other) {
    if (!usual(other)) return false;
    const auto& ours = point.measurement->point.coordinates();
    const auto& theirs = other.measurement->point.coordinates();
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (!is_place(ours[i].first) && ours[i] != theirs[i]) return false;
    }
    return true;
  });
  return twin == all.end() ? nullptr : &*twin;
}

// Points at unusual places stand for themselves, and as a factor of what they are at the usual one.
void fit_places(const Observations& all, const std::string& quantity, Unit unit, std::vector<Parameter>& into) {
  for (const Observation& point : all) {
    if (usual(point)) continue;
    const std::string& probe = point.measurement->probe;
    into.push_back(measured(probe + quantity, point.value, unit, everything(point)));
    if (const Observation* twin = usual_twin(point, all)) {
      into.push_back(fitted(probe + ".place_factor", point.value / twin->value, Unit::one, everything(point),
                            "over the same point in transparent pages, compact binding and local memory"));
    }
  }
}

void fit_stream(const Observations& data, const std::string& probe, std::vector<Parameter>& into) {
  const Observations all = select(data, probe, "footprint"), at_usual_places = select(data, probe, "footprint", usual);
  for (const Observation& point : at_usual_places) {
    into.push_back(measured(probe + ".bandwidth", point.value, Unit::byte_per_second,
                            at(point, {"footprint", "threads", "store"})));
  }
  for (const results::Point& choice : choices(at_usual_places, probe, {"threads", "store"})) {
    const Observations curve =
        select(at_usual_places, probe, "footprint", [&](const Observation& o) { return shares(o, choice); });
    into.push_back(measured(probe + ".bandwidth.dram", curve.back().value, Unit::byte_per_second,
                            results::to_text(choice), "the largest footprint is outside every cache"));
  }
  fit_places(all, ".bandwidth", Unit::byte_per_second, into);
}

}  // namespace

double read_bandwidth(const Observations& data, double threads, double footprint) {
  const Observations same = select(data, "memory.read", "footprint", [&](const Observation& o) {
    return usual(o) && o.number("threads") == threads && o.number("footprint") == footprint;
  });
  return same.empty() ? dram_bandwidth(data, threads) : same.back().value;
}

double dram_bandwidth(const Observations& data, double threads) {
  const Observations curve = select(data, "memory.read", "footprint",
                                    [&](const Observation& o) { return usual(o) && o.number("threads") == threads; });
  return curve.empty() ? not_available : curve.back().value;
}

void fit_memory(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const std::string_view stream : streams) fit_stream(data, std::string(stream), into);
  fit_levels(data, structure, into);
  fit_loaded_latency(data, structure, into);
  fit_gather(data, into);
}

}  // namespace sextant::analysis
