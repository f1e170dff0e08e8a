// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/fits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/calibration/level_fits.hpp"

namespace sextant::analysis {

using results::Unit;

Parameter measured(std::string name, double value, Unit unit, std::string validity, std::string assumption) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.estimate = results::exactly(value);
  parameter.unit = unit;
  parameter.source = results::Source::measured;
  parameter.transfer = results::TransferClass::T0;
  parameter.validity = std::move(validity);
  parameter.assumption = std::move(assumption);
  return parameter;
}

Parameter fitted(std::string name, double value, Unit unit, std::string validity, std::string assumption) {
  Parameter parameter = measured(std::move(name), value, unit, std::move(validity), std::move(assumption));
  parameter.source = results::Source::fitted;
  return parameter;
}

std::string at(const Observation& observation, std::initializer_list<std::string_view> axes) {
  results::Point chosen;
  for (std::string_view axis : axes) {
    for (const auto& [name, value] : observation.measurement->point.coordinates()) {
      if (name == axis) chosen.set(name, value);
    }
  }
  return results::to_text(chosen);
}

std::string everything(const Observation& observation) { return results::to_text(observation.measurement->point); }

Wanted with(std::string_view axis, double value) {
  return [axis, value](const Observation& observation) { return observation.number(axis) == value; };
}

const Observation& fastest_of(const Observations& curve, const Structure& structure) {
  return *std::find_if(curve.begin(), curve.end(), [&](const Observation& observation) {
    return std::find(structure.fastest.begin(), structure.fastest.end(), observation.measurement) !=
           structure.fastest.end();
  });
}

namespace {

std::vector<double> values(const Observations& all) {
  std::vector<double> list;
  for (const Observation& observation : all) list.push_back(observation.value);
  return list;
}

void note_fastest(const Observations& curve, double (*rate)(const Observation&), Structure& structure) {
  if (curve.empty()) return;
  const auto slower = [rate](const Observation& a, const Observation& b) { return rate(a) < rate(b); };
  structure.fastest.push_back(std::max_element(curve.begin(), curve.end(), slower)->measurement);
}

double value_of(const Observation& observation) { return observation.value; }

}  // namespace

Structure find_structure(const Observations& data, ExtraMedians extras) {
  Structure structure;
  structure.curves = find_curves(data);
  structure.products = find_products(data);
  structure.extras = std::move(extras);
  for (const results::Point& kernel : choices(data, "near_data.gemv", {"type", "threads"})) {
    note_fastest(gemv_curve(data, kernel), value_of, structure);
    note_fastest(gemv_in_batches(data, kernel), arithmetic, structure);
  }
  note_fastest(storage_points(data), value_of, structure);
  structure.surface = find_surface(surface_points(data));
  structure.interfering = most_interfering(data);
  structure.latency_levels = find_levels(values(latency_curve(data)));
  return structure;
}

}  // namespace sextant::analysis
