// SPDX-License-Identifier: Apache-2.0
#include "bench/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "bench/console.hpp"
#include "bench/durations.hpp"
#include "probes/probe/rounds.hpp"
#include "results/record/nearest.hpp"

namespace sextant::bench {

using probes::Axis;
using probes::Probe;
using probes::Unit;
using results::suggestion;

namespace {

std::vector<std::string> names_of(const std::vector<Probe>& probes) {
  std::vector<std::string> names;
  for (const Probe& probe : probes) names.push_back(probe.name);
  return names;
}

// A prefix covers whole parts of a name: "memory" covers memory.read, "mem" nothing.
bool covers(const std::string& prefix, const std::string& name) {
  return name == prefix ||
         (name.size() > prefix.size() && name.compare(0, prefix.size(), prefix) == 0 && name[prefix.size()] == '.');
}

std::vector<Probe> select(const std::vector<Probe>& all, const Request& request) {
  for (const std::string& prefix : request.prefixes) {
    if (std::none_of(all.begin(), all.end(), [&](const Probe& probe) { return covers(prefix, probe.name); })) {
      std::vector<std::string> candidates = names_of(all);
      for (const Probe& probe : all) candidates.push_back(probe.name.substr(0, probe.name.find('.')));
      throw UsageError("no probe is named '" + prefix + "'" + suggestion(prefix, candidates) +
                       " (`sextant list` shows all)");
    }
  }
  std::regex filter;
  try {
    filter = std::regex(request.filter);
  } catch (const std::regex_error& error) {
    throw UsageError("--filter '" + request.filter + "' is not a regular expression: " + error.what());
  }
  std::vector<Probe> chosen;
  for (const Probe& probe : all) {
    const bool wanted =
        request.prefixes.empty() || std::any_of(request.prefixes.begin(), request.prefixes.end(),
                                                [&](const auto& prefix) { return covers(prefix, probe.name); });
    if (wanted && (request.filter.empty() || std::regex_search(probe.name, filter))) chosen.push_back(probe);
  }
  if (chosen.empty()) throw UsageError("--filter '" + request.filter + "' matches no probe (`sextant list` shows all)");
  return chosen;
}

struct Override {
  std::string probe, axis;
  std::vector<std::string> values;
  std::string text;
};

Override parse_override(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t dot = text.rfind('.', equals);
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 || equals + 1 == text.size()) {
    throw UsageError("--set '" + text +
                     "': write probe.axis=value,value, for example memory.read.footprint=64KiB,1MiB");
  }
  Override parsed{text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), {}, text};
  for (std::size_t begin = equals + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parsed.values.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parsed;
}

probes::Value parse_value(const Axis& axis, const std::string& text, const Override& from) {
  if (axis.unit == Unit::text) return text;
  try {
    const results::Amount amount = results::parse_amount(text);
    // A plain number is read in the axis's own unit: footprint=65536 is 65536 bytes.
    if (amount.unit == axis.unit || amount.unit == Unit::one) return amount.value;
    throw std::invalid_argument("it has the wrong unit");
  } catch (const std::invalid_argument& error) {
    throw UsageError("--set '" + from.text + "': '" + text + "' is not a value of " + axis.name + " (" + error.what() +
                     ")");
  }
}

void apply(const Override& change, const std::vector<Probe>& all, const std::string& probe, std::vector<Axis>& axes) {
  const auto names = names_of(all);
  if (std::find(names.begin(), names.end(), change.probe) == names.end()) {
    throw UsageError("--set '" + change.text + "': no probe is named '" + change.probe + "'" +
                     suggestion(change.probe, names));
  }
  if (probe != change.probe) return;
  std::vector<std::string> axis_names;
  for (Axis& axis : axes) {
    axis_names.push_back(axis.name);
    if (axis.name != change.axis) continue;
    axis.values.clear();
    for (const std::string& value : change.values) axis.values.push_back(parse_value(axis, value, change));
    return;
  }
  throw UsageError("--set '" + change.text + "': " + probe + " has no axis '" + change.axis + "'" +
                   suggestion(change.axis, axis_names) + " (axes: " + fmt::format("{}", fmt::join(axis_names, ", ")) +
                   ")");
}

}  // namespace

std::vector<PlannedProbe> make_plan(const std::vector<Probe>& all, const probes::Machine& machine,
                                    const Request& request) {
  const bool quick = request.mode == "quick";
  std::vector<Override> overrides;
  for (const std::string& text : request.overrides) overrides.push_back(parse_override(text));
  std::vector<PlannedProbe> plan;
  for (const Probe& probe : select(all, request)) {
    std::vector<Axis> axes = probe.axes(machine, quick);
    for (const Override& change : overrides) apply(change, all, probe.name, axes);
    std::vector<probes::Point> points = probes::points(axes);
    const bool ours =
        std::any_of(overrides.begin(), overrides.end(), [&](const auto& o) { return o.probe == probe.name; });
    if (probe.beside && !ours) {
      for (probes::Point& point : probe.beside(machine, quick)) points.push_back(std::move(point));
    }
    plan.push_back({probe, probe.available(machine), probes::table_of(probe, machine, quick), std::move(points)});
  }
  return plan;
}

std::string describe(const std::vector<PlannedProbe>& plan, const std::string& mode) {
  std::vector<std::vector<std::string>> rows{{"probe", "points", "launches", "least time", "remark"}};
  for (const PlannedProbe& planned : plan) {
    const auto rule = probes::stopping_rule(mode, planned.probe.precision);
    const double least =
        double(planned.points.size()) * std::max(rule.least_seconds, rule.first_samples * planned.probe.sample_seconds);
    rows.push_back({planned.probe.name, std::to_string(planned.points.size()), std::to_string(rule.launches),
                    planned.availability.ready ? format_duration(least) : "-",
                    planned.availability.ready ? "" : "skipped: " + planned.availability.reason});
  }
  return text_table(rows);
}

std::string describe(const probes::Point& point, const results::Table& table) {
  std::string text;
  for (const auto& [axis, value] : point.coordinates()) {
    if (!text.empty()) text += ' ';
    text += axis + '=';
    if (const auto* word = std::get_if<std::string>(&value)) {
      text += *word;
      continue;
    }
    const auto column =
        std::find_if(table.axes.begin(), table.axes.end(), [&](const auto& c) { return c.name == axis; });
    text += results::format(std::get<double>(value), column == table.axes.end() ? Unit::one : column->unit);
  }
  return text;
}

}  // namespace sextant::bench
