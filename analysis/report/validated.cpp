// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/validated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/report/report.hpp"
#include "analysis/report/scale.hpp"
#include "analysis/report/scatter.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

using Cases = std::vector<const ValidatedCase*>;

constexpr std::size_t most_drawn = 300;  // points of a picture: its table stands in the page too
constexpr std::size_t most_rows = 24;    // classes of a strip
constexpr std::size_t worst = 10;
constexpr double widest = 10;  // ratios beyond it stand at the end of the axis

std::string percent(double share) { return std::isfinite(share) ? fmt::format("{:.3g} %", 100 * share) : "not known"; }

std::string signed_percent(double share) {
  return std::isfinite(share) && share > 0 ? "+" + percent(share) : percent(share);
}

double ratio(const ValidatedCase& c) { return c.predicted / c.measured; }

bool drawable(const ValidatedCase& c) { return c.measured > 0 && c.predicted > 0 && std::isfinite(c.predicted); }

bool curated(const ValidatedCase& c) { return c.trust != "C"; }

std::string words(const ValidatedCase& c) {
  return fmt::format("{}, {}: predicted {} ({}), measured {}", c.id, c.device, number_for_people(c.predicted, c.unit),
                     interval_text(c.low, c.high, c.unit), number_for_people(c.measured, c.unit));
}

// "HBM" of "HBM2e": there are more generations than colours.
std::string memory_kind(const ValidatedCase& c) {
  if (c.memory.empty()) return "not known";
  return c.memory.substr(0, c.memory.find_first_of("0123456789 -"));
}

// Evenly, in the order of the file: nothing about a case decides whether it is shown.
Cases thinned(const Cases& all) {
  const std::size_t step = (all.size() + most_drawn - 1) / most_drawn;
  Cases kept;
  for (std::size_t i = 0; i < all.size(); i += step) kept.push_back(all[i]);
  return kept;
}

Chart scatter_of(const std::string& group, results::Unit unit, const Cases& all, bool several_units) {
  const Cases cases = thinned(all);
  ScatterChart picture;
  picture.x_title = "measured";
  picture.y_title = "predicted";
  picture.unit = unit;
  picture.group_title = "memory";
  Chart chart;
  chart.table = {fmt::format("Predicted and measured, {}", group),
                 {"case", "device", "engine", "measured", "predicted", "90 % interval", "error", "class"},
                 {false, false, false, true, true, true, true, false},
                 {}};
  for (const ValidatedCase* c : cases) {
    const std::string memory = memory_kind(*c);
    if (std::find(picture.groups.begin(), picture.groups.end(), memory) == picture.groups.end())
      picture.groups.push_back(memory);
    picture.points.push_back({c->measured, c->predicted, c->low, c->high, memory, words(*c)});
    chart.table.rows.push_back({{c->id},
                                {c->device},
                                {c->family},
                                {number_for_people(c->measured, unit)},
                                {number_for_people(c->predicted, unit)},
                                {interval_text(c->low, c->high, unit)},
                                {signed_percent(ratio(*c) - 1)},
                                {c->transfer_class}});
  }
  std::sort(picture.groups.begin(), picture.groups.end());
  const std::string name = several_units ? fmt::format("{}, {}", group, code(unit)) : group;
  chart.id = slug("validated " + name);
  chart.title = "Predicted against measured: " + name;
  chart.note = "On the dashed line both are equal; the line through a point is its 90 % interval.";
  if (cases.size() < all.size()) chart.note += fmt::format(" {} of {} cases are shown.", cases.size(), all.size());
  chart.spec = scatter_spec(picture);
  chart.alt = fmt::format("{} predictions of {} against their measurements; the table below holds every value",
                          cases.size(), group);
  return chart;
}

std::vector<Chart> scatter_charts(const ValidationView& view) {
  std::map<std::string, std::map<results::Unit, Cases>> parts;
  for (const ValidatedCase& c : view.cases) {
    if (drawable(c) && curated(c)) parts[c.group][c.unit].push_back(&c);
  }
  std::vector<Chart> charts;
  for (const ValidatedGroup& group : view.groups) {
    if (group.trust == "C") continue;
    for (const auto& [unit, cases] : parts[group.name])
      charts.push_back(scatter_of(group.name, unit, cases, parts[group.name].size() > 1));
  }
  return charts;
}

double middle_of(const Cases& cases) {
  std::vector<double> ratios;
  for (const ValidatedCase* c : cases) ratios.push_back(ratio(*c));
  return results::median_of(std::move(ratios));
}

Chart residual_chart(const ValidationView& view) {
  std::map<std::string, Cases> classes;
  for (const ValidatedCase& c : view.cases) {
    if (drawable(c) && curated(c)) classes[c.family + (c.memory.empty() ? "" : ", " + c.memory)].push_back(&c);
  }
  std::vector<std::pair<std::string, Cases>> largest(classes.begin(), classes.end());
  std::stable_sort(largest.begin(), largest.end(),
                   [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
  Chart chart;
  chart.id = "validated-residuals";
  chart.title = "Residuals by engine family and memory";
  chart.table = {"Predicted over measured, by engine or library and memory",
                 {"class", "cases", "median", "smallest", "largest"},
                 {false, true, true, true, true},
                 {}};
  StripChart picture;
  picture.x_title = "predicted / measured";
  picture.logarithmic = true;
  picture.low = 1 / widest;
  picture.high = widest;
  picture.ticks = {0.1, 0.2, 0.5, 1, 2, 5, 10};
  picture.tick_texts = {"0.1", "0.2", "0.5", "1", "2", "5", "10"};
  for (const auto& [name, cases] : largest) {
    const auto [least, most] = std::minmax_element(cases.begin(), cases.end(),
                                                   [](const auto* a, const auto* b) { return ratio(*a) < ratio(*b); });
    const double middle = middle_of(cases);
    chart.table.rows.push_back({{name},
                                {fmt::format("{}", cases.size())},
                                {fmt::format("{:.3g}", middle)},
                                {fmt::format("{:.3g}", ratio(**least))},
                                {fmt::format("{:.3g}", ratio(**most))}});
    if (picture.rows.size() == most_rows) continue;
    StripRow row{name, fmt::format("{} cases, median {:.3g}", cases.size(), middle), {}, middle};
    for (const ValidatedCase* c : thinned(cases)) row.dots.push_back({ratio(*c), words(*c)});
    picture.rows.push_back(std::move(row));
  }
  chart.note = "A point is a case, the stroke the median of its class; beyond a factor of ten they stand at the end.";
  if (largest.size() > most_rows)
    chart.note += fmt::format(" The {} classes with most cases are drawn.", picture.rows.size());
  if (!picture.rows.empty()) chart.spec = strip_spec(picture);
  chart.alt = fmt::format("Predicted over measured of {} classes; the table below holds each", picture.rows.size());
  return chart;
}

Chart coverage_chart(const ValidationView& view) {
  Chart chart;
  chart.id = "validated-coverage";
  chart.title = "Coverage of the 90 % interval";
  chart.table = {"Share of cases inside their 90 % interval",
                 {"group", "trust", "predicted", "coverage", "median width"},
                 {false, false, true, true, true},
                 {}};
  StripChart picture;
  picture.x_title = "share of cases inside";
  picture.good_low = view.least_coverage;
  picture.good_high = view.most_coverage;
  picture.aim = 0.9;
  picture.ticks = {0, 0.25, 0.5, 0.75, 1};
  picture.tick_texts = {"0 %", "25 %", "50 %", "75 %", "100 %"};
  for (const ValidatedGroup& g : view.groups) {
    chart.table.rows.push_back({{g.name},
                                {g.trust},
                                {fmt::format("{}", g.n - g.refused)},
                                {percent(g.coverage90)},
                                {std::isfinite(g.median_width) ? fmt::format("{:.3g}", g.median_width) : "not known"}});
    if (!std::isfinite(g.coverage90)) continue;
    const std::string text = fmt::format("{} of {}", percent(g.coverage90), g.n - g.refused);
    picture.rows.push_back({g.name + ", " + g.trust, text, {{g.coverage90, g.name + ": " + text}}, NAN});
  }
  chart.note =
      fmt::format("The dashed line is what the interval claims; inside the band of {} to {} it keeps its word.",
                  percent(view.least_coverage), percent(view.most_coverage));
  if (!picture.rows.empty()) chart.spec = strip_spec(picture);
  chart.alt = fmt::format("Coverage of {} groups; the table below holds each", picture.rows.size());
  return chart;
}

}  // namespace

std::vector<Chart> validated_charts(const ValidationView& view) {
  if (view.groups.empty()) return {};
  std::vector<Chart> charts = scatter_charts(view);
  charts.push_back(residual_chart(view));
  charts.push_back(coverage_chart(view));
  return charts;
}

HtmlTable validated_groups(const ValidationView& view) {
  HtmlTable table{"Groups of published measurements, and what was reached",
                  {"group", "trust", "n", "refused", "impossible", "median error", "90th percentile", "bias",
                   "coverage", "width", "verdict", "likely cause"},
                  {false, false, true, true, true, true, true, true, true, true, false, false},
                  {}};
  for (const ValidatedGroup& g : view.groups) {
    const std::string badge = g.verdict.empty() ? "" : g.reached ? "status-converged" : "status-failed";
    table.rows.push_back({{g.name},
                          {g.trust},
                          {fmt::format("{}", g.n)},
                          {fmt::format("{}", g.refused)},
                          {fmt::format("{}", g.impossible)},
                          {percent(g.median_ape)},
                          {percent(g.p90_ape)},
                          {signed_percent(g.bias)},
                          {percent(g.coverage90)},
                          {std::isfinite(g.median_width) ? fmt::format("{:.3g}", g.median_width) : "not known"},
                          {g.verdict, badge},
                          {g.cause}});
  }
  return table;
}

HtmlTable validated_beside(const ValidationView& view) {
  HtmlTable table{"Simpler models on the same cases, trust A and B",
                  {"model", "group", "n", "median error", "90th percentile"},
                  {false, false, true, true, true},
                  {}};
  for (const ValidatedBeside& b : view.beside) {
    table.rows.push_back(
        {{b.model}, {b.group}, {fmt::format("{}", b.n)}, {percent(b.median_ape)}, {percent(b.p90_ape)}});
  }
  return table;
}

HtmlTable worst_cases(const ValidationView& view) {
  Cases cases;
  for (const ValidatedCase& c : view.cases) {
    if (drawable(c) && curated(c)) cases.push_back(&c);
  }
  std::stable_sort(cases.begin(), cases.end(), [](const ValidatedCase* a, const ValidatedCase* b) {
    return std::abs(std::log(ratio(*a))) > std::abs(std::log(ratio(*b)));
  });
  if (cases.size() > worst) cases.resize(worst);
  HtmlTable table{"The worst ten cases",
                  {"case", "group", "device", "engine", "measured", "predicted", "90 % interval", "ratio", "why"},
                  {false, false, false, false, true, true, true, true, false},
                  {}};
  for (const ValidatedCase* c : cases) {
    table.rows.push_back({{c->id},
                          {c->group},
                          {c->device},
                          {c->family},
                          {number_for_people(c->measured, c->unit)},
                          {number_for_people(c->predicted, c->unit)},
                          {interval_text(c->low, c->high, c->unit)},
                          {fmt::format("{:.3g}", ratio(*c))},
                          {c->reason}});
  }
  return table;
}

std::string validation_section(const ValidationView& view) {
  if (view.groups.empty()) return {};
  std::string out = "<h2 id=\"validation\">Validation</h2>\n<p class=\"note\">";
  out += fmt::format(
      "Published measurements that nobody on this project took, predicted with {} fitted parameters{}. An error is "
      "|predicted / measured - 1|; a case that is refused counts as 100 %, one that beats physics is left out. Rows "
      "that "
      "anybody could write (trust C) stand apart.</p>\n",
      view.parameters, view.left_out.empty() ? "" : escape(", each " + view.left_out + " left out in its turn"));
  out += table_html(validated_groups(view));
  for (const Chart& chart : validated_charts(view)) out += chart_html(chart, charts_built());
  const HtmlTable furthest = worst_cases(view);
  if (!furthest.rows.empty()) out += table_html(furthest);
  if (!view.beside.empty()) out += table_html(validated_beside(view));
  return out;
}

}  // namespace sextant::analysis
