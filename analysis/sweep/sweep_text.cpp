// SPDX-License-Identifier: Apache-2.0
// Sweeps for programs: CSV and JSON, in SI units.
#include "analysis/sweep/sweep_text.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* quantile_names[] = {"_p5", "_p50", "_p95"};

std::string truth(bool value) { return value ? "true" : "false"; }

// Infinite quantiles lie beyond the range: no number is known for them.
std::string cell(double value) { return std::isfinite(value) ? results::number_text(value) : std::string(); }

void append(std::vector<std::string>& cells, const Quantiles& q) {
  for (const double value : {q.p5, q.p50, q.p95}) cells.push_back(cell(value));
}

void append_names(std::vector<std::string>& header, const std::string& quantity) {
  for (const char* share : quantile_names) header.push_back(quantity + share);
}

// The value of each axis at a point, in SI where it is a number; `except` is left empty.
std::vector<std::string> axis_cells(const Space& space, const SpacePoint& point, std::size_t except) {
  std::vector<std::string> cells;
  for (std::size_t a = 0; a < space.sweep.axes.size(); ++a) {
    const Axis& axis = space.sweep.axes[a];
    const std::size_t v = point.at[a];
    cells.push_back(a == except            ? std::string()
                    : axis.numbers.empty() ? axis.values[v]
                                           : results::number_text(axis.numbers[v]));
  }
  return cells;
}

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::vector<std::string> first_names(const Space& space) {
  std::vector<std::string> header{"workload", "design"};
  for (const Axis& axis : space.sweep.axes) header.push_back(axis.key());
  return header;
}

std::vector<std::string> first_cells(const Space& space, const SpacePoint& point, std::size_t except) {
  std::vector<std::string> cells{space.workload_names[point.workload], space.design_names[point.design]};
  for (std::string& value : axis_cells(space, point, except)) cells.push_back(std::move(value));
  return cells;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json(const Quantiles& q) { return {{"p5", number(q.p5)}, {"p50", number(q.p50)}, {"p95", number(q.p95)}}; }

Json axes_json(const Space& space, const SpacePoint& point, std::size_t except) {
  Json values = Json::object();
  for (std::size_t a = 0; a < space.sweep.axes.size(); ++a) {
    const Axis& axis = space.sweep.axes[a];
    if (a == except) continue;
    values[axis.key()] = axis.numbers.empty() ? Json(axis.values[point.at[a]]) : Json(axis.numbers[point.at[a]]);
  }
  return values;
}

Json json(const Space& space, const Answer& answer) {
  const Projection& p = answer.projection;
  Json against = Json::array();
  for (std::size_t b = 0; b < answer.against.size(); ++b) {
    against.push_back({{"baseline", space.against[b].name},
                       {"time_ratio", json(answer.against[b].ratio)},
                       {"faster", number(answer.against[b].faster)}});
  }
  return {{"workload", p.workload},
          {"design", p.design},
          {"axes", axes_json(space, answer.point, none)},
          {"fits", p.fits},
          {"reason", p.reason},
          {"bound_by", p.bound_by},
          {"split", p.split},
          {"time_per_token_s", json(p.time_per_token)},
          {"tokens_per_s_user", json(p.tokens_per_second_user)},
          {"tokens_per_s_total", json(p.tokens_per_second_total)},
          {"energy_per_token_j", json(p.energy_per_token)},
          {"lifetime_years", json(p.lifetime_years)},
          {"transfer_class", p.transfer_class},
          {"range_only", p.range_only},
          {"proposed", p.proposed},
          {"against", std::move(against)}};
}

Json json(const Space& space, const BreakEven& answer) {
  const Question& q = answer.question;
  const Axis& axis = space.sweep.axes[q.axis];
  Json list = Json::array();
  for (const DrawnCrossing& drawn : answer.crossings) {
    list.push_back({{"value", number(drawn.crossing.value)},
                    {"draws", json(drawn.draws)},
                    {"faster", drawn.crossing.faster_below ? "below" : "above"},
                    {"decided_by", drawn.crossing.capacity ? "capacity" : "time"}});
  }
  return {{"workload", space.workload_names[q.point.workload]},
          {"design", space.design_names[q.point.design]},
          {"baseline", space.against[q.baseline].name},
          {"axis", axis.key()},
          {"unit", results::code(axis.unit)},
          {"low", axis.numbers.front()},
          {"high", axis.numbers.back()},
          {"elsewhere", axes_json(space, q.point, q.axis)},
          {"outcome", outcome_names[static_cast<std::size_t>(answer.outcome)]},
          {"crossings", std::move(list)},
          {"draws", answer.draws},
          {"share_faster_throughout", answer.faster_throughout},
          {"share_slower_throughout", answer.slower_throughout},
          {"range_only", answer.range_only},
          {"sentence", sentence(space, answer)}};
}

}  // namespace

std::string point_header(const Space& space) {
  std::vector<std::string> header = first_names(space);
  header.insert(header.end(), {"fits", "reason", "bound_by", "split"});
  for (const char* quantity :
       {"time_per_token", "tokens_per_second_user", "tokens_per_second_total", "energy_per_token", "lifetime_years"}) {
    append_names(header, quantity);
  }
  header.insert(header.end(), {"transfer_class", "range_only", "proposed"});
  for (const Design& baseline : space.against) {
    append_names(header, "time_ratio_" + baseline.name);
    header.push_back("faster_than_" + baseline.name);
  }
  return results::csv_line(header);
}

std::string point_row(const Space& space, const Answer& answer) {
  const Projection& p = answer.projection;
  std::vector<std::string> cells = first_cells(space, answer.point, none);
  cells.insert(cells.end(), {truth(p.fits), p.reason, p.bound_by, p.split});
  append(cells, p.time_per_token);
  append(cells, p.tokens_per_second_user);
  append(cells, p.tokens_per_second_total);
  append(cells, p.energy_per_token);
  append(cells, p.lifetime_years);
  cells.insert(cells.end(), {p.transfer_class, truth(p.range_only), truth(p.proposed)});
  for (const Paired& pair : answer.against) {
    append(cells, pair.ratio);
    cells.push_back(cell(pair.faster));
  }
  return results::csv_line(cells);
}

std::string break_even_header(const Space& space) {
  std::vector<std::string> header = first_names(space);
  header.insert(header.end(), {"baseline", "axis", "unit", "low", "high", "outcome", "faster", "decided_by"});
  header.emplace_back("break_even");
  append_names(header, "break_even");
  header.insert(header.end(),
                {"draws", "share_faster_throughout", "share_slower_throughout", "range_only", "sentence"});
  return results::csv_line(header);
}

std::string break_even_rows(const Space& space, const BreakEven& answer) {
  const Question& q = answer.question;
  const Axis& axis = space.sweep.axes[q.axis];
  std::vector<std::string> start = first_cells(space, q.point, q.axis);
  start.insert(start.end(), {space.against[q.baseline].name, axis.key(), std::string(results::code(axis.unit)),
                             results::number_text(axis.numbers.front()), results::number_text(axis.numbers.back()),
                             outcome_names[static_cast<std::size_t>(answer.outcome)]});
  const std::vector<std::string> end{std::to_string(answer.draws), cell(answer.faster_throughout),
                                     cell(answer.slower_throughout), truth(answer.range_only), sentence(space, answer)};
  const auto row = [&](const std::vector<std::string>& crossing) {
    std::vector<std::string> cells = start;
    cells.insert(cells.end(), crossing.begin(), crossing.end());
    cells.insert(cells.end(), end.begin(), end.end());
    return results::csv_line(cells);
  };
  if (answer.crossings.empty()) return row({"", "", "", "", "", ""});
  std::string text;
  for (const DrawnCrossing& drawn : answer.crossings) {
    std::vector<std::string> crossing{drawn.crossing.faster_below ? "below" : "above",
                                      drawn.crossing.capacity ? "capacity" : "time", cell(drawn.crossing.value)};
    append(crossing, drawn.draws);
    text += row(crossing);
  }
  return text;
}

std::string sweep_json(const Space& space, const std::vector<Answer>& answers, const std::vector<BreakEven>& breaks,
                       const SweepFiles& files) {
  Json points = Json::array(), break_evens = Json::array();
  for (const Answer& answer : answers) points.push_back(json(space, answer));
  for (const BreakEven& answer : breaks) break_evens.push_back(json(space, answer));
  return Json{{"title", space.sweep.title},
              {"output", files.points},
              {"break_even_output", files.break_even},
              {"points", std::move(points)},
              {"break_even", std::move(break_evens)}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace sextant::analysis
