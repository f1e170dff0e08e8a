// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/states.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/calibration/fits.hpp"
#include "analysis/calibration/origin.hpp"
#include "results/record/csv.hpp"
#include "results/record/states.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {

using results::Measurement;
using results::Parameter;
using results::Run;
using results::Sample;
using results::States;

namespace {

struct Extent {
  int samples = 0;  // measured
  std::size_t launches = 0;
};

Extent extent_of(const Measurement& measurement) {
  Extent extent;
  std::set<int> launches;
  for (const Sample& sample : measurement.samples) {
    if (sample.stage != results::Stage::measure) continue;
    ++extent.samples;
    launches.insert(sample.launch);
  }
  extent.launches = launches.size();
  return extent;
}

bool enough(const Extent& part, const Extent& whole) {
  return part.samples >= 6 && part.launches >= std::min<std::size_t>(2, whole.launches);
}

Measurement in_state(const Measurement& measurement, const States& states, int state) {
  Measurement part = measurement;
  std::erase_if(part.samples, [&](const Sample& sample) { return results::state_of(sample, states) != state; });
  return part;
}

States states_of(const Run& run) {
  return run.canaries.states.levels.empty() ? results::canary_medians(run).states : run.canaries.states;
}

// Leaves the samples of the state in the measurement.
Division divide(Measurement& measurement, const States& states, int state) {
  const Extent whole = extent_of(measurement);
  Division division;
  division.samples = whole.samples;
  Measurement kept = in_state(measurement, states, state);
  const Extent part = extent_of(kept);
  division.kept = part.samples;
  division.whole = !enough(part, whole);
  if (division.whole) return division;
  for (int other = 0; other < int(states.levels.size()); ++other) {
    if (other == state) continue;
    Measurement elsewhere = in_state(measurement, states, other);
    if (enough(extent_of(elsewhere), whole)) division.others.push_back({other, std::move(elsewhere)});
  }
  measurement = std::move(kept);
  return division;
}

std::string companion(const Measurement& measurement, int state) {
  return fmt::format("{}.state{}", measurement.probe, state + 1);
}

}  // namespace

Divided divide(const std::vector<Run>& runs, int state) {
  Divided divided;
  divided.state = state;
  std::vector<States> states;
  for (const Run& run : runs) {
    states.push_back(states_of(run));
    divided.states = std::max(divided.states, states.back().levels.size());
  }
  if (state > 0 && std::size_t(state) >= divided.states) {
    throw results::InvalidInput(fmt::format(
        "the runs have no state {}: {}", state + 1,
        divided.states < 2 ? std::string("one state was seen, or none") : fmt::format("give 1 to {}", divided.states)));
  }
  if (divided.states < 2) return divided;
  divided.runs = runs;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t count = states[i].levels.size();
    if (count < 2 || std::size_t(state) >= count) continue;
    auto& measurements = divided.runs[i].measurements;
    for (std::size_t j = 0; j < measurements.size(); ++j) {
      if (measurements[j].samples.empty()) continue;
      Division division = divide(measurements[j], states[i], state);
      division.run = i;
      division.measurement = j;
      divided.divisions.push_back(std::move(division));
    }
  }
  return divided;
}

std::vector<const Measurement*> in_other_states(const Divided& divided) {
  std::vector<const Measurement*> all;
  for (const Division& division : divided.divisions) {
    for (const OtherState& other : division.others) all.push_back(&other.measurement);
  }
  return all;
}

void fit_states(const Divided& divided, const Observations& values, const Observations& others,
                std::vector<Parameter>& into) {
  std::size_t at = 0;
  for (const Division& division : divided.divisions) {
    const Measurement& kept = divided.runs[division.run].measurements[division.measurement];
    const auto here = std::find_if(values.begin(), values.end(),
                                   [&](const Observation& value) { return value.measurement == &kept; });
    for (const OtherState& other : division.others) {
      const double there = others[at++].value;
      if (here == values.end()) continue;  // a later run has the point, too
      into.push_back(measured(companion(kept, other.state), there / here->value, results::Unit::one,
                              results::to_text(kept.point),
                              fmt::format("{} in state {} over that in state {}, within one run", kept.quantity.name,
                                          other.state + 1, divided.state + 1)));
    }
  }
}

void note_state(const Divided& divided, const std::vector<Parameter>& all, Parameter& parameter) {
  double samples = 0, kept = 0;
  std::size_t points = 0, whole = 0;
  std::vector<std::vector<double>> ratios(divided.states);
  for (const Division& division : divided.divisions) {
    const Measurement& measurement = divided.runs[division.run].measurements[division.measurement];
    if (!feeds(measurement, parameter)) continue;
    samples += division.samples;
    kept += division.kept;
    ++points;
    whole += division.whole ? 1 : 0;
    for (const OtherState& other : division.others) {
      const std::string name = companion(measurement, other.state), validity = results::to_text(measurement.point);
      if (name == parameter.name) return;  // itself says how the states differ
      for (const Parameter& one : all) {
        if (one.name == name && one.validity == validity)
          ratios[std::size_t(other.state)].push_back(one.estimate.value);
      }
    }
  }
  if (points == 0 || samples == 0) return;
  std::string note =
      fmt::format("state {} of {}: {:.0f} % of the samples", divided.state + 1, divided.states, 100 * kept / samples);
  for (std::size_t state = 0; state < ratios.size(); ++state) {
    if (ratios[state].empty()) continue;
    std::sort(ratios[state].begin(), ratios[state].end());
    note += fmt::format("; in state {} {}{:.2f} of it", state + 1, ratios[state].size() > 1 ? "its points have " : "",
                        results::median(ratios[state]));
  }
  if (whole == points)
    note = fmt::format("too few samples in state {} of {}: those of all states are used", divided.state + 1,
                       divided.states);
  else if (whole > 0)
    note += fmt::format("; {} of {} points have too few and are used whole", whole, points);
  parameter.assumption += (parameter.assumption.empty() ? "" : "; ") + note;
}

}  // namespace sextant::analysis
