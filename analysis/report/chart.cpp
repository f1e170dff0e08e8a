// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/chart.hpp"

#include <fmt/format.h>

namespace sextant::analysis {
namespace {

// "<" as \u003c: the same JSON, and nothing in it can end the script element or open a comment.
std::string json_inside_script(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string chart_html(const Chart& chart, bool with_picture) {
  std::string out =
      fmt::format("<section class=\"chart\" id=\"{}\">\n<h4>{}</h4>\n", escape(chart.id), escape(chart.title));
  if (!chart.note.empty()) out += fmt::format("<p class=\"note\">{}</p>\n", escape(chart.note));
  if (with_picture && !chart.spec.empty()) {
    out += fmt::format(
        "<figure><div class=\"plot\" role=\"img\" aria-label=\"{}\"></div>"
        "<script type=\"application/json\" class=\"spec\">{}</script></figure>\n",
        escape(chart.alt), json_inside_script(chart.spec));
  }
  if (chart.spec.empty()) return out + table_html(chart.table) + "</section>\n";
  out +=
      details_html(fmt::format("Table: {} {}", chart.table.rows.size(), chart.table.rows.size() == 1 ? "row" : "rows"),
                   chart.table, true);
  return out + "</section>\n";
}

}  // namespace sextant::analysis
