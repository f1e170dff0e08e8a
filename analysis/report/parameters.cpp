// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "analysis/report/html.hpp"
#include "analysis/report/scale.hpp"

namespace sextant::analysis {
namespace {

using results::Parameter;
using results::Source;

constexpr std::array sources{Source::measured, Source::fitted, Source::datasheet, Source::published, Source::assumed};
constexpr std::size_t rows_shown = 12;  // longer families stay folded

// "memory.read.bandwidth" -> "memory.read"
std::string family(const Parameter& parameter) {
  const std::size_t first = parameter.name.find('.');
  const std::size_t second = first == std::string::npos ? first : parameter.name.find('.', first + 1);
  return parameter.name.substr(0, second);
}

std::string badge(Source source) { return "source-" + std::string(results::name(source)); }

std::string key_html(const results::Profile& profile) {
  std::string out = "<p class=\"key\">";
  for (const Source source : sources) {
    const auto count = std::count_if(profile.parameters.begin(), profile.parameters.end(),
                                     [&](const Parameter& p) { return p.source == source && p.refused.empty(); });
    out += fmt::format("<span class=\"badge {}\">{}</span> {} &ensp;", badge(source), results::name(source), count);
  }
  return out + "</p>\n";
}

std::string spread_text(const Parameter& p) {
  // Equal ends mean that nothing is known about the spread (results/record/estimate.hpp), not that there is none.
  if (p.estimate.low == p.estimate.high) return "not known";
  return interval_text(p.estimate.low, p.estimate.high, p.unit);
}

std::vector<Cell> row_of(const Parameter& p) {
  return {{p.name},
          {number_for_people(p.estimate.value, p.unit)},
          {spread_text(p)},
          {std::string(results::name(p.source)), badge(p.source)},
          {std::string(results::name(p.transfer))},
          {contention_text(p.contention)},
          {p.validity.empty() ? "everywhere" : p.validity},
          {p.assumption},
          {p.evidence}};
}

}  // namespace

std::string parameters_html(const results::Profile& profile) {
  if (profile.parameters.empty()) {
    return "<p>No profile was given, so nothing is said here: <code>sextant calibrate</code> makes one from a "
           "run.</p>\n";
  }
  std::string out = key_html(profile);
  std::vector<std::string> order;
  std::map<std::string, HtmlTable> families;
  HtmlTable refused{
      "Not identified from these measurements", {"parameter", "validity", "why"}, {false, false, false}, {}};
  for (const Parameter& p : profile.parameters) {
    if (!p.refused.empty()) {
      refused.rows.push_back({{p.name}, {p.validity.empty() ? "everywhere" : p.validity}, {p.refused}});
      continue;
    }
    const std::string name = family(p);
    if (!families.contains(name)) order.push_back(name);
    HtmlTable& table = families[name];
    table.rows.push_back(row_of(p));
  }
  for (const std::string& name : order) {
    HtmlTable& table = families[name];
    table.caption = "Parameters of " + name;
    table.header = {"parameter",  "value",     "interval",   "source",  "class",
                    "contention", "holds for", "assumption", "evidence"};
    table.numeric = {false, true, true, false, false, true, false, false, false};
    out += details_html(fmt::format("{} ({})", name, table.rows.size()), table, table.rows.size() <= rows_shown);
  }
  if (!refused.rows.empty()) {
    out += details_html(fmt::format("Not identified ({})", refused.rows.size()), refused, true);
  }
  return out;
}

}  // namespace sextant::analysis
