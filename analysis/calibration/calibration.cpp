// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "analysis/calibration/fits.hpp"
#include "analysis/calibration/level_fits.hpp"
#include "analysis/calibration/memory_peak.hpp"
#include "analysis/calibration/origin.hpp"
#include "analysis/calibration/resampler.hpp"
#include "analysis/calibration/residual_draws.hpp"
#include "analysis/calibration/states.hpp"
#include "results/record/csv.hpp"
#include "results/record/summary.hpp"

namespace sextant::analysis {

using results::Measurement;
using results::not_available;
using results::Parameter;
using results::Profile;
using results::Run;

namespace {

// What may be fitted on: measured points with figures; of the same point in two runs, the later one. By probe and run.
std::vector<Together> usable(const std::vector<Run>& runs) {
  const auto measured = [](const Measurement& measurement) {
    return measurement.status != results::Status::failed && measurement.status != results::Status::skipped &&
           !std::isnan(results::summarise(measurement).median);
  };
  std::vector<Together> groups;
  std::set<std::pair<std::string, std::string>> seen;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    std::map<std::string, Together> by_probe;
    for (const Measurement& measurement : run->measurements) {
      if (measured(measurement) && seen.emplace(measurement.probe, results::to_text(measurement.point)).second)
        by_probe[measurement.probe].push_back(&measurement);
    }
    for (auto& [probe, together] : by_probe) groups.push_back(std::move(together));
  }
  return groups;
}

std::vector<const Measurement*> flattened(const std::vector<Together>& groups) {
  std::vector<const Measurement*> all;
  for (const Together& together : groups) all.insert(all.end(), together.begin(), together.end());
  return all;
}

std::vector<Together> each_alone(const std::vector<const Measurement*>& measurements) {
  std::vector<Together> groups;
  for (const Measurement* measurement : measurements) groups.push_back({measurement});
  return groups;
}

std::vector<Parameter> fit_all(const Observations& data, const Structure& structure) {
  std::vector<Parameter> parameters;
  fit_memory(data, structure, parameters);
  fit_near_data(data, structure, parameters);
  fit_processors(data, structure, parameters);
  fit_synchronisation(data, parameters);
  fit_decode(data, parameters);
  fit_storage(data, structure, parameters);
  fit_collectives(data, structure, parameters);
  fit_gpu_memory(data, parameters);
  fit_gpu_kernels(data, structure, parameters);
  take_other_points(data, parameters);
  return parameters;
}

// Counts of the machine itself, exact, from the environment record.
void add_machine_facts(const Run& run, std::vector<Parameter>& into) {
  const auto add = [&](const char* name, std::string_view key, results::Unit unit) {
    const std::string* text = fact(run, key);
    if (!text) return;
    try {
      into.push_back(measured(name, results::number_from_text(*text), unit, {}, "as the kernel reports it"));
    } catch (const std::invalid_argument&) {
      // An imported environment may describe it in words; then the parameter is missing, which the model will say.
    }
  };
  add("machine.threads", "cpu.processors", results::Unit::one);
  add("machine.memory", "memory.total", results::Unit::byte);
}

// A figure that was published once, or fitted to such. The spread of a single value is not known: it travels as one of
// another shape, so that a projection spreads it.
void note_published(const std::vector<const Measurement*>& measurements, Parameter& parameter) {
  const bool once = std::any_of(measurements.begin(), measurements.end(), [&](const Measurement* measurement) {
    return measurement->samples.size() == 1 && feeds(*measurement, parameter);
  });
  if (!once) return;
  if (!parameter.assumption.empty()) parameter.assumption += "; ";
  if (parameter.source == results::Source::measured) {
    parameter.source = results::Source::published;
    parameter.transfer = results::TransferClass::T1;
    parameter.assumption += "one value: its spread is not known";
  } else {
    parameter.assumption += "one value a point: interval from the residuals of the fit";
  }
}

// What the neighbours did to the points a parameter came from. Fewer than half of the samples undisturbed: such a number
// may not travel as a measured one (statistics.md section 3). `contention` of each measurement.
void note_neighbours(const std::vector<const Measurement*>& measurements, const std::vector<double>& contention,
                     Parameter& parameter) {
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    if (!feeds(*measurements[i], parameter)) continue;
    parameter.contention = std::fmax(parameter.contention, contention[i]);
    if (measurements[i]->flags.contended) parameter.transfer = results::TransferClass::T2;
  }
}

// Interval from the draws, and the refusals that only the draws can tell.
void take_interval(Parameter& parameter, std::vector<double> draws) {
  if (!parameter.refused.empty()) return refuse(parameter, parameter.refused);
  std::erase_if(draws, [](double value) { return std::isnan(value); });
  if (draws.empty()) return refuse(parameter, "not identified: no resample of the rows could be fitted");
  std::sort(draws.begin(), draws.end());
  const double value = parameter.estimate.value;
  // A percentile interval need not hold the estimate itself when the samples are few; the interval printed must.
  parameter.estimate.low = std::min(value, results::quantile(draws, 0.025));
  parameter.estimate.high = std::max(value, results::quantile(draws, 0.975));
  if (parameter.source != results::Source::fitted) return;
  if (value <= 0) {
    refuse(parameter,
           fmt::format("the fit gives {:.3g}, which is not positive: the form does not describe these rows", value));
  } else if (parameter.estimate.low <= 0) {
    refuse(parameter, "not identified: its 95 % interval reaches zero");
  } else if (parameter.estimate.high > 2 * value && parameter.estimate.low < value / 2) {
    refuse(parameter, "not identified: its 95 % interval is wider than a factor of two either way");
  }
}

// Six digits: a thousandth of the spread of a draw, and half the file.
double shortened(double value) {
  return std::isfinite(value) ? results::number_from_text(fmt::format("{:.5e}", value)) : value;
}

}  // namespace

Profile calibrate(const std::vector<Run>& runs, const CalibrationOptions& options) {
  Profile profile;
  for (const Run& run : runs) {
    if (profile.machine.empty()) profile.machine = run.provenance.machine;
    if (run.provenance.machine != profile.machine) {
      throw results::InvalidInput("the runs are of different machines (" + profile.machine + ", " +
                                  run.provenance.machine + "): calibrate each machine alone");
    }
  }
  const Divided divided = divide(runs, options.state);
  const std::vector<Run>& used = divided.runs.empty() ? runs : divided.runs;
  const std::vector<Together> groups = usable(used);
  const auto measurements = flattened(groups);
  if (measurements.empty()) throw results::InvalidInput("the runs hold no measured point: nothing can be calibrated");

  const Observations data = medians(measurements);
  const Structure structure = find_structure(data, ExtraMedians(runs));
  profile.parameters = fit_all(data, structure);
  const auto elsewhere = in_other_states(divided);
  fit_states(divided, data, medians(elsewhere), profile.parameters);
  const std::size_t count = profile.parameters.size();

  std::vector<double> contention;
  for (const Measurement* measurement : measurements)
    contention.push_back(measurement->samples.size() > 1 ? results::summarise(*measurement).contention : not_available);
  const Resampler resampler(groups), resampler_elsewhere(each_alone(elsewhere));
  const std::vector<Scatter> scatter = find_scatter(data, structure);
  std::mt19937_64 random(options.seed);
  profile.draws.rows.reserve(std::size_t(options.draws));
  for (int draw = 0; draw < options.draws; ++draw) {
    Observations drawn = resampler.draw(random);
    redraw(scatter, random, drawn);
    std::vector<Parameter> redrawn = fit_all(drawn, structure);
    fit_states(divided, drawn, resampler_elsewhere.draw(random), redrawn);
    std::vector<double> row;
    row.reserve(count);
    for (const Parameter& parameter : redrawn) row.push_back(parameter.estimate.value);
    profile.draws.rows.push_back(std::move(row));
  }
  for (std::size_t j = 0; j < count; ++j) {
    Parameter& parameter = profile.parameters[j];
    std::vector<double> column;
    for (const auto& row : profile.draws.rows) column.push_back(row[j]);
    take_interval(parameter, std::move(column));
    parameter.evidence = evidence(used, parameter);
    note_neighbours(measurements, contention, parameter);
    note_published(measurements, parameter);
    note_state(divided, profile.parameters, parameter);
    profile.draws.columns.push_back(results::key(parameter));
  }
  const double peak = memory_peak(runs);
  refuse_faster_than_memory(peak, profile);
  refuse_faster_than_reads(profile);
  for (auto& row : profile.draws.rows) {
    for (std::size_t j = 0; j < count; ++j) {
      const Parameter& parameter = profile.parameters[j];
      if (!parameter.refused.empty()) row[j] = not_available;
      // At most one draw in forty of a fit that stands is not positive. No model could use it.
      if (parameter.source == results::Source::fitted && row[j] <= 0) row[j] = parameter.estimate.low;
    }
  }
  add_efficiencies(peak, profile);
  for (auto& row : profile.draws.rows) std::transform(row.begin(), row.end(), row.begin(), shortened);
  std::vector<Parameter> facts;
  add_machine_facts(runs.back(), facts);
  add_capacities(runs.back(), data, structure, facts);
  for (Parameter& fact : facts) {
    fact.evidence = evidence(runs, fact);
    profile.draws.columns.push_back(results::key(fact));
    for (auto& row : profile.draws.rows) row.push_back(fact.estimate.value);
    profile.parameters.push_back(std::move(fact));
  }
  return profile;
}

}  // namespace sextant::analysis
