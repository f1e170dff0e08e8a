// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/binding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "analysis/model/flash.hpp"
#include "analysis/model/flash_surface.hpp"
#include "analysis/uncertainty/distribution.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {

using results::suggestion;
namespace {

using results::Parameter;
using results::Profile;
using results::Unit;

struct Condition {
  std::string axis, value;
};

// "threads=2 bytes=8..32768" -> conditions. Words without "=" are no conditions.
std::vector<Condition> conditions(std::string_view text) {
  std::vector<Condition> list;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    const auto equals = word.find('=');
    if (equals != std::string_view::npos)
      list.push_back({std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))});
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return list;
}

std::optional<std::string> value_of(const Parameter& parameter, const std::string& axis) {
  for (const Condition& condition : conditions(parameter.validity)) {
    if (condition.axis == axis) return condition.value;
  }
  return std::nullopt;
}

// The number at the start of "8..32768" or "2"; NaN for a word.
double leading_number(const std::string& text) {
  const std::string first = text.substr(0, text.find(".."));
  try {
    return results::number_from_text(first);
  } catch (const std::invalid_argument&) {
    return std::nan("");
  }
}

using Candidates = std::vector<const Parameter*>;

void keep_matching(Candidates& candidates, const Condition& wanted) {
  if (wanted.value == "min" || wanted.value == "max") {
    double best = std::nan("");
    for (const Parameter* p : candidates) {
      const double x = leading_number(value_of(*p, wanted.axis).value_or(""));
      if (std::isnan(best) || (wanted.value == "min" ? x < best : x > best)) best = x;
    }
    std::erase_if(candidates,
                  [&](const Parameter* p) { return leading_number(value_of(*p, wanted.axis).value_or("")) != best; });
  } else {
    std::erase_if(candidates, [&](const Parameter* p) {
      const auto value = value_of(*p, wanted.axis);
      return !value || (*value != wanted.value && leading_number(*value) != leading_number(wanted.value));
    });
  }
}

[[noreturn]] void refuse_none(const Profile& profile, std::string_view reference, const std::string& name) {
  std::vector<std::string> known;
  for (const Parameter& p : profile.parameters) known.push_back(p.name);
  const bool has_name = std::find(known.begin(), known.end(), name) != known.end();
  throw MissingParameter(
      "the profile" + (profile.machine.empty() ? std::string() : " of " + profile.machine) + " has no parameter '" +
      std::string(reference) + "'" +
      (has_name ? std::string(": it has '" + name + "' for other conditions") : suggestion(name, known)) +
      "; measure it (sextant run, sextant calibrate) or declare the figure with --set");
}

// Seconds of a request that are the host's software; 0 where they were not measured or would leave nothing of the latency.
double host_floor(const Profile& profile, double latency) {
  const Parameter* floor = results::find(profile, "storage.floor");
  return floor && floor->refused.empty() && floor->estimate.value < latency ? floor->estimate.value : 0;
}

// Flash reads measured at several blocks and depths, as share of the peak against relative depth x = QD bs / (BW t_R),
// the axis on which they are carried to other flash (section 5). Where the host's own software was measured (storage.floor),
// it is taken off: the flash that the shape is carried to has another host, or none. Of several points at nearly one x the best counts: the
// others are held back by small blocks, which a design reads none of.
FlashCurve flash_curve(const Profile& profile) {
  const double peak = select(profile, "storage.read.peak").estimate.value;
  const double whole = select(profile, "storage.read.latency").estimate.value;
  const double floor = host_floor(profile, whole);
  std::vector<std::pair<double, double>> points;
  for (const Parameter& p : profile.parameters) {
    if (p.name != "storage.read.bandwidth" || !p.refused.empty()) continue;
    const double block = leading_number(value_of(p, "block").value_or(""));
    const double depth = leading_number(value_of(p, "depth").value_or(""));
    if (block > 0 && depth > 0) {
      const double outstanding = outstanding_on_device(block * depth, p.estimate.value, floor);
      points.emplace_back(relative_depth(outstanding, peak, whole - floor), p.estimate.value / peak);
    }
  }
  if (points.empty()) refuse_none(profile, "storage.read.bandwidth", "storage.read.bandwidth");
  std::sort(points.begin(), points.end());
  FlashCurve curve;
  double best = 0;
  for (const auto& [x, share] : points) {
    best = std::max(best, std::min(1.0, share));  // more in flight never reads slower
    if (!curve.depth.empty() && x < curve.depth.back() * 1.0001) {
      curve.share.back() = best;
    } else {
      curve.depth.push_back(x);
      curve.share.push_back(best);
    }
  }
  return curve;
}

// Fills the estimate of a figure that refers to the profile.
void bind_parameter(BoundFigure& bound, const Profile& profile, BoundDesign& design) {
  Figure& figure = bound.figure;
  if (design_key(figure.slot).role == Role::efficiency && figure.profile == "storage.read.bandwidth") {
    design.curve = flash_curve(profile);
    figure.estimate = results::exactly(1);
    figure.source = results::Source::measured;
    figure.citation = "shape of storage.read.bandwidth over " + std::to_string(design.curve.depth.size()) +
                      " relative depths" +
                      (results::find(profile, "storage.floor") ? ", the host's software taken off" : "");
    bound.parameter = "storage.read.bandwidth";
    return;
  }
  const Parameter& parameter = select(profile, figure.profile);
  const DesignKey& key = design_key(figure.slot);
  if (parameter.unit != key.unit) {
    throw MissingParameter("parameter '" + results::key(parameter) + "' is in " +
                           std::string(results::code(parameter.unit)) + ", which cannot be " + figure.path);
  }
  bound.parameter = results::key(parameter);
  figure.source = parameter.source;
  figure.citation = bound.parameter + (parameter.evidence.empty() ? "" : " (" + parameter.evidence + ")");
  const double times = figure.times.value;
  figure.estimate = {parameter.estimate.value * times, parameter.estimate.low * times, parameter.estimate.high * times};
  if (!(figure.estimate.low <= figure.estimate.value)) figure.estimate.low = figure.estimate.value;  // also NaN
  if (!(figure.estimate.high >= figure.estimate.value)) figure.estimate.high = figure.estimate.value;
  figure.transfer = std::max(figure.transfer, parameter.transfer);
  if (!parameter.assumption.empty()) design.remarks.push_back(bound.parameter + ": " + parameter.assumption);
  const auto& columns = profile.draws.columns;
  const auto column = std::find(columns.begin(), columns.end(), bound.parameter);
  if (column == columns.end()) return;
  const auto index = static_cast<std::size_t>(column - columns.begin());
  for (const auto& row : profile.draws.rows) bound.joint.push_back(row[index] * times);
}

}  // namespace

const Parameter& select(const Profile& profile, std::string_view reference) {
  const auto open = reference.find('[');
  const std::string name(reference.substr(0, open));
  Candidates candidates;
  for (const Parameter& p : profile.parameters) {
    if (p.name == name) candidates.push_back(&p);
  }
  if (open != std::string_view::npos) {
    for (const Condition& wanted : conditions(reference.substr(open + 1, reference.size() - open - 2))) {
      keep_matching(candidates, wanted);
    }
  }
  if (candidates.empty()) refuse_none(profile, reference, name);
  if (candidates.size() > 1) {
    throw MissingParameter("'" + std::string(reference) + "' stands for " + std::to_string(candidates.size()) +
                           " parameters of the profile, '" + results::key(*candidates[0]) + "' and '" +
                           results::key(*candidates[1]) + "' among them: name the conditions");
  }
  const Parameter& found = *candidates.front();
  if (!found.refused.empty() || std::isnan(found.estimate.value)) {
    throw MissingParameter("parameter '" + results::key(found) + "' was refused by the calibration" +
                           (found.refused.empty() ? "" : ": " + found.refused));
  }
  return found;
}

BoundDesign bind(const Design& design, const results::Profile& profile) {
  BoundDesign bound;
  bound.design = design;
  for (const Figure& figure : design.figures) {
    BoundFigure item{figure, "", {}};
    try {
      if (!figure.profile.empty()) bind_parameter(item, profile, bound);
    } catch (const MissingParameter& error) {
      throw MissingParameter("design '" + design.name + "', " + figure.path + ": " + error.what());
    }
    if (!figure.assumption.empty()) {
      bound.remarks.push_back(figure.path + ": " + figure.assumption);
    }
    bound.figures.push_back(std::move(item));
  }
  return bound;
}

double value_at(const BoundFigure& bound, double base, double prior, std::size_t row) {
  const Figure& figure = bound.figure;
  const Role role = design_key(figure.slot).role;
  // What fits is decided at the nominal capacity; conflicting capacities are reported beside it.
  if (role == Role::count || role == Role::capacity) return figure.estimate.value;
  const results::Estimate& e = figure.estimate;
  const double own =
      bound.joint.empty() ? cited_range(e.low, e.value, e.high, base) : bound.joint[row % bound.joint.size()];
  // A measured rate that is carried spreads like an efficiency; only claims are delivered in part.
  const Role carried = role == Role::peak && !figure.profile.empty() ? Role::efficiency : role;
  const double value = own * prior_factor(figure.transfer, carried, figure.ranged, prior);
  return role == Role::efficiency ? std::min(1.0, value) : value;
}

Values median_values(const BoundDesign& design) {
  Values values;
  values.fill(std::nan(""));
  for (const BoundFigure& bound : design.figures) {
    BoundFigure centre = bound;
    if (!centre.joint.empty()) {  // the estimate is the middle of its own draws
      centre.joint.clear();
      centre.figure.estimate = results::exactly(bound.figure.estimate.value);
    }
    values[bound.figure.slot] = value_at(centre, 0.5, 0.5, 0);
  }
  return values;
}

}  // namespace sextant::analysis
