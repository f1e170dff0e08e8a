// SPDX-License-Identifier: Apache-2.0
#include "bench/compare_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/console.hpp"
#include "bench/plan.hpp"
#include "results/statistics/interval.hpp"

namespace sextant::bench {

using analysis::Comparison;
using analysis::Named;
using analysis::Row;
using results::Estimate;
using results::Unit;
using results::Verdict;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* how_to_read =
    "+5 % says that B takes 1.05 times the time of A, also where the figure is a rate.\n";

std::string with_interval(const Estimate& estimate, Unit unit) {
  const auto text = [&](double value) { return results::format_decimal(value, unit); };
  if (std::isnan(estimate.low)) return text(estimate.value);  // too few for an interval
  return fmt::format("{} ({} .. {})", text(estimate.value), text(estimate.low), text(estimate.high));
}

std::string ratio_text(const results::Ratio& ratio) {
  return fmt::format("{} ({} .. {})", change_text(ratio.ratio), change_text(ratio.low), change_text(ratio.high));
}

std::string percent(double share) { return results::format(100 * share, Unit::one) + " %"; }

// A margin is a logarithm; people think of it as a change.
std::string margin_text(double margin) { return percent(std::expm1(margin)); }

std::string verdict_text(const Row& row) {
  std::string text = row.refused.empty() ? std::string(results::name(row.verdict)) : "refused: " + row.refused;
  if (row.needed > 0) text += fmt::format(", {} each might tell", row.needed);
  for (const std::string& mark : row.marks) text += "; " + mark;
  return text;
}

std::string count_text(const Comparison& comparison) {
  std::map<Verdict, int> counts;
  for (const Row& row : comparison.rows) {
    if (row.refused.empty()) ++counts[row.verdict];
  }
  return fmt::format(
      "{} compared (Holm's correction over them): {} SAME, {} FASTER, {} SLOWER, {} INCONCLUSIVE; {} refused",
      comparison.compared, counts[Verdict::same], counts[Verdict::faster], counts[Verdict::slower],
      counts[Verdict::inconclusive], int(comparison.rows.size()) - comparison.compared);
}

std::string listed(const char* side, const std::vector<std::string>& points) {
  if (points.empty()) return {};
  std::string text = fmt::format("only in {}: {} points\n", side, points.size());
  for (const std::string& point : points) text += "  " + point + "\n";
  return text;
}

// Not a number has no place in JSON.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json side_json(const analysis::Side& side) {
  return {{"median", number(side.median.value)},
          {"low", number(side.median.low)},
          {"high", number(side.median.high)},
          {"units", side.units},
          {"samples", side.samples}};
}

void add_figures(Json& json, const results::Ratio& ratio, double adjusted_p, double superiority,
                 const analysis::Margin& margin, Verdict verdict, int needed) {
  json["ratio"] = number(ratio.ratio);
  json["ratio_low"] = number(ratio.low);
  json["ratio_high"] = number(ratio.high);
  json["p"] = number(ratio.p);
  json["p_adjusted"] = number(adjusted_p);
  json["superiority"] = number(superiority);
  json["margin"] = number(std::expm1(margin.value));
  json["margin_source"] = margin.source;
  json["verdict"] = std::string(results::name(verdict));
  json["needed"] = needed > 0 ? Json(needed) : Json(nullptr);
}

Json row_json(const Row& row) {
  Json point = Json::object();
  for (const auto& [axis, value] : row.point.coordinates())
    std::visit([&, &name = axis](const auto& v) { point[name] = v; }, value);
  Json json{{"probe", row.probe},
            {"point", std::move(point)},
            {"quantity", row.quantity.name},
            {"unit", std::string(results::code(row.quantity.unit))},
            {"marks", row.marks},
            {"refused", row.refused.empty() ? Json(nullptr) : Json(row.refused)}};
  if (!row.refused.empty()) return json;
  json["a"] = side_json(row.a);
  json["b"] = side_json(row.b);
  add_figures(json, row.ratio, row.adjusted_p, row.superiority, row.margin, row.verdict, row.needed);
  return json;
}

Json run_json(const Named& side) {
  const auto& provenance = side.run.provenance;
  return {{"name", side.name},
          {"machine", provenance.machine},
          {"run_id", provenance.run_id},
          {"mode", provenance.mode},
          {"started", provenance.started}};
}

std::vector<double> column(const std::vector<CommandTime>& times, double CommandTime::*member) {
  std::vector<double> values;
  for (const CommandTime& time : times) values.push_back(time.*member);
  return values;
}

// Every run is a unit. The processor's time may be zero to its clock: then nothing is said of its spread.
Estimate median_of(const std::vector<double>& values) {
  results::Units units;
  for (const double value : values) units.push_back({value});
  const results::Pool pool = results::pool(units);
  const double middle = results::median(pool.values);
  if (!(pool.values.front() > 0)) return {middle, results::not_available, results::not_available};
  const double factor = results::interval_factor(results::log_standard_error(pool), double(values.size() - 1));
  return {middle, middle / factor, middle * factor};
}

std::vector<std::string> command_row(const char* side, const std::string& command,
                                     const std::vector<CommandTime>& times) {
  return {side, with_interval(median_of(column(times, &CommandTime::wall)), Unit::second),
          with_interval(median_of(column(times, &CommandTime::cpu)), Unit::second), std::to_string(times.size()),
          command};
}

Json command_json(const std::string& command, const std::vector<CommandTime>& times) {
  const std::vector<double> walls = column(times, &CommandTime::wall), cpus = column(times, &CommandTime::cpu);
  const Estimate wall = median_of(walls), cpu = median_of(cpus);
  return {{"command", command},
          {"median", number(wall.value)},
          {"low", number(wall.low)},
          {"high", number(wall.high)},
          {"cpu_median", number(cpu.value)},
          {"cpu_low", number(cpu.low)},
          {"cpu_high", number(cpu.high)},
          {"wall_s", walls},
          {"cpu_s", cpus}};
}

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string change_text(double ratio) {
  if (!std::isfinite(ratio)) return "not available";
  const double change = 100 * (ratio - 1);
  // Past the hundredth of a per cent lies nothing that a clock could tell.
  const double shown = std::abs(change) < 1 ? std::round(change * 100) / 100 : change;
  return (shown > 0 ? "+" : "") + results::format(shown == 0 ? 0.0 : shown, Unit::one) + " %";
}

std::string comparison_text(const Named& a, const Named& b, const Comparison& comparison) {
  std::string text = "A: " + a.name + "\nB: " + b.name + "\n";
  for (const std::string& note : comparison.notes) text += "note: " + note + "\n";
  std::vector<std::vector<std::string>> rows{
      {"probe", "point", "A", "B", "time of B against A", "B faster", "margin", "verdict"}};
  std::set<std::string> sources;
  for (const Row& row : comparison.rows) {
    const results::Table* table = results::find_table(a.run, row.probe);
    std::vector<std::string> cells{row.probe, describe(row.point, table ? *table : results::Table{})};
    if (row.refused.empty()) {
      sources.insert(row.margin.source);
      cells.insert(cells.end(),
                   {with_interval(row.a.median, row.quantity.unit), with_interval(row.b.median, row.quantity.unit),
                    ratio_text(row.ratio), percent(row.superiority), margin_text(row.margin.value)});
    } else {
      cells.insert(cells.end(), 5, "-");
    }
    cells.push_back(verdict_text(row));
    rows.push_back(std::move(cells));
  }
  text += "\n" + text_table(rows) + "\n" + how_to_read + count_text(comparison) + "\n";
  text += fmt::format("margin from: {}\n", fmt::join(sources, "; "));
  return text + listed("A", comparison.only_in_a) + listed("B", comparison.only_in_b);
}

std::string comparison_json(const Named& a, const Named& b, const Comparison& comparison) {
  Json rows = Json::array();
  for (const Row& row : comparison.rows) rows.push_back(row_json(row));
  return dumped({{"a", run_json(a)},
                 {"b", run_json(b)},
                 {"notes", comparison.notes},
                 {"compared", comparison.compared},
                 {"rows", std::move(rows)},
                 {"only_in_a", comparison.only_in_a},
                 {"only_in_b", comparison.only_in_b}});
}

std::string comparison_text(const std::string& a, const std::string& b, const CommandComparison& comparison) {
  std::string text = text_table({{"", "wall time", "processor time", "runs", "command"},
                                 command_row("A", a, comparison.pairs.a),
                                 command_row("B", b, comparison.pairs.b)});
  text +=
      fmt::format("\n{}: the time of B against A is {}, from {} pairs; B is faster than A in {} of all encounters\n",
                  results::name(comparison.verdict), ratio_text(comparison.ratio), comparison.pairs.size(),
                  percent(comparison.superiority));
  if (comparison.needed > 0) text += fmt::format("{} pairs might tell: raise --budget\n", comparison.needed);
  return text + how_to_read +
         fmt::format("margin {}, from: {}\n", margin_text(comparison.margin.value), comparison.margin.source);
}

std::string comparison_json(const std::string& a, const std::string& b, const CommandComparison& comparison) {
  Json json{{"a", command_json(a, comparison.pairs.a)},
            {"b", command_json(b, comparison.pairs.b)},
            {"pairs", comparison.pairs.size()}};
  add_figures(json, comparison.ratio, comparison.adjusted_p, comparison.superiority, comparison.margin,
              comparison.verdict, comparison.needed);
  return dumped(json);
}

}  // namespace sextant::bench
