// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/probe_data.hpp"

#include <algorithm>
#include <set>

#include "analysis/report/scale.hpp"

namespace sextant::analysis {
namespace {

using results::Unit;

constexpr std::size_t least_places = 3;  // fewer are a table, not a curve

std::size_t places_on(const ProbeData& data, std::string_view axis) {
  std::set<std::string> values;
  for (const Reading& reading : data.readings) values.insert(coordinate(data, reading.measurement->point, axis));
  return values.size();
}

std::string longest_numeric_axis(const ProbeData& data) {
  std::string best;
  std::size_t most = 0;
  for (const std::string& axis : axis_names(data)) {
    const std::size_t places = places_on(data, axis);
    if (!numeric_axis(data, axis) || places <= most) continue;
    most = places;
    best = axis;
  }
  return best;
}

}  // namespace

std::vector<ProbeData> by_probe(const results::Run& run) {
  std::vector<ProbeData> all;
  for (const results::Measurement& m : run.measurements) {
    const results::Summary summary = results::summarise(m);
    if (summary.n == 0) continue;
    auto found = std::find_if(all.begin(), all.end(), [&](const ProbeData& d) { return d.probe == m.probe; });
    if (found == all.end()) found = all.insert(all.end(), {m.probe, results::find_table(run, m.probe), {}});
    found->readings.push_back({&m, summary});
  }
  return all;
}

Unit axis_unit(const ProbeData& data, std::string_view axis) {
  if (data.table != nullptr) {
    for (const results::Column& column : data.table->axes) {
      if (column.name == axis) return column.unit;
    }
  }
  return Unit::one;
}

std::string coordinate(const ProbeData& data, const results::Point& point, std::string_view axis) {
  for (const auto& [name, value] : point.coordinates()) {
    if (name != axis) continue;
    if (const auto* word = std::get_if<std::string>(&value)) return *word;
    return number_for_people(std::get<double>(value), axis_unit(data, axis));
  }
  return {};
}

std::vector<std::string> axis_names(const ProbeData& data) {
  std::vector<std::string> names;
  for (const Reading& reading : data.readings) {
    for (const auto& [name, value] : reading.measurement->point.coordinates()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

bool is_number(const results::Point& point, std::string_view axis) {
  for (const auto& [name, value] : point.coordinates()) {
    if (name == axis) return std::holds_alternative<double>(value);
  }
  return false;
}

bool numeric_axis(const ProbeData& data, std::string_view axis) {
  return std::all_of(data.readings.begin(), data.readings.end(),
                     [&](const Reading& r) { return is_number(r.measurement->point, axis); });
}

std::string ordered_axis(const ProbeData& data, std::string_view wanted) {
  const std::string axis = wanted.empty() ? longest_numeric_axis(data) : std::string(wanted);
  if (axis.empty() || !numeric_axis(data, axis) || places_on(data, axis) < least_places) return {};
  return axis;
}

std::vector<std::string> series_axes(const ProbeData& data, std::string_view drawn) {
  std::vector<std::string> axes;
  for (const std::string& axis : axis_names(data)) {
    if (axis != drawn && places_on(data, axis) > 1) axes.push_back(axis);
  }
  return axes;
}

std::string series_name(const ProbeData& data, const results::Point& point, const std::vector<std::string>& axes) {
  std::string name;
  for (const std::string& axis : axes) {
    if (!name.empty()) name += ", ";
    // "threads 2" needs its noun once it stands beside another axis; alone, the legend's title says it.
    if (axes.size() > 1 && is_number(point, axis) && axis_unit(data, axis) == Unit::one) name += axis + " ";
    name += coordinate(data, point, axis);
  }
  return name.empty() ? data.probe : name;
}

std::vector<std::string> series_in_order(const ProbeData& data, const std::vector<std::string>& axes) {
  std::vector<std::pair<double, std::string>> keyed;
  for (const Reading& reading : data.readings) {
    const results::Point& point = reading.measurement->point;
    const std::string name = series_name(data, point, axes);
    const bool known = std::any_of(keyed.begin(), keyed.end(), [&](const auto& k) { return k.second == name; });
    if (known) continue;
    const bool ordered = axes.size() == 1 && is_number(point, axes[0]);
    keyed.emplace_back(ordered ? point.number(axes[0]) : static_cast<double>(keyed.size()), name);
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [order, name] : keyed) names.push_back(name);
  return names;
}

}  // namespace sextant::analysis
