// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/report/html.hpp"
#include "analysis/report/projected.hpp"
#include "analysis/report/scale.hpp"

namespace sextant::analysis {
namespace {

// Fastest by the median; nullptr when no design of the list holds the model.
const Projection* extreme(const std::vector<const Projection*>& list, bool fastest) {
  const Projection* found = nullptr;
  for (const Projection* p : list) {
    if (!has_rate(*p)) continue;
    if (found == nullptr || (p->tokens_per_second_user.p50 > found->tokens_per_second_user.p50) == fastest) found = p;
  }
  return found;
}

// "a range only" where claims decide (decode-model.md section 5).
std::string told(const Projection& p, const std::vector<Projection>& all) {
  std::string remark = p.proposed ? ", proposed" : "";
  if (p.range_only) remark += ", a range only";
  return fmt::format("<strong>{} tokens/s</strong> on {} ({}{})", escape(range_text(p.tokens_per_second_user)),
                     escape(label_of(p, all)), escape(p.transfer_class), remark);
}

std::string matrix_cell(const Projection* p, bool best) {
  if (p == nullptr) return "<td class=\"n\"></td>";
  if (!p->refused.empty()) return fmt::format("<td class=\"n no\" title=\"{}\">refused</td>", escape(p->reason));
  if (!p->fits) {
    const std::string lacking = fit_text(*p) == "no" ? "" : fit_text(*p).substr(4);
    return fmt::format("<td class=\"n no\" title=\"{}\">does not fit<small>{}</small></td>", escape(p->reason),
                       escape(lacking));
  }
  if (!has_rate(*p)) return "<td class=\"n no\">no answer</td>";
  const std::string range = range_text(p->tokens_per_second_user);
  const std::string main = p->range_only ? range : count_text(p->tokens_per_second_user.p50);
  const std::string below = p->range_only ? "range only" : range;
  return fmt::format("<td class=\"n{}\"><b>{}</b><small>{} <i>{}</i></small></td>", best ? " best" : "", escape(main),
                     escape(below), escape(p->transfer_class));
}

std::string heading(const Projection& p, const std::vector<Projection>& all) {
  return fmt::format("<th scope=\"col\" class=\"n\" title=\"{}\">{}{}</th>", escape(p.design), escape(label_of(p, all)),
                     p.proposed ? "<em>proposed</em>" : "");
}

const Projection* of_design(const std::vector<const Projection*>& list, const std::string& design) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const Projection* p) { return p->design == design; });
  return at == list.end() ? nullptr : *at;
}

HtmlTable whole_table(const std::vector<Projection>& projections) {
  HtmlTable table;
  for (const std::string& workload : workloads_of(projections)) {
    HtmlTable part = rate_table(of_workload(projections, workload), projections, workload);
    if (table.header.empty()) {
      table = {
          "Every projection: tokens per second and time per token, P5, P50 and P95", part.header, part.numeric, {}};
      table.header.insert(table.header.begin(), "workload");
      table.numeric.insert(table.numeric.begin(), false);
    }
    for (auto& row : part.rows) {
      row.insert(row.begin(), Cell{workload});
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace

std::string answer_sentence(const std::vector<Projection>& projections) {
  std::string headline;
  long most = -1;
  for (const std::string& workload : workloads_of(projections)) {
    const auto list = of_workload(projections, workload);
    const long fitting = std::count_if(list.begin(), list.end(), [](const Projection* p) { return has_rate(*p); });
    if (fitting > most) {
      most = fitting;
      headline = workload;
    }
  }
  if (projections.empty()) return {};
  const auto list = of_workload(projections, headline);
  const Projection* fastest = extreme(list, true);
  const Projection* slowest = extreme(list, false);
  if (fastest == nullptr) return "None of the designs can hold any of the workloads; the tables say by how much.";
  std::string text = fmt::format("For {}, one user would see {}", escape(headline), told(*fastest, projections));
  if (slowest != fastest)
    text += fmt::format(", the fastest of {} designs, and {}, the slowest", most, told(*slowest, projections));
  return text + ". Each range holds 90&nbsp;% of the draws.";
}

std::string answer_table(const std::vector<Projection>& projections) {
  if (projections.empty()) return {};
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Projected tokens per second\">"
      "<table class=\"matrix\"><caption><span>Projected tokens per second for one user: median, below it P5 to P95 and "
      "the class of the figures that decide. The fastest median of each row is marked.</span></caption>"
      "<thead><tr><th scope=\"col\">workload</th>";
  const std::vector<std::string> designs = designs_of(projections);
  for (const std::string& design : designs) {
    const auto at =
        std::find_if(projections.begin(), projections.end(), [&](const Projection& p) { return p.design == design; });
    out += heading(*at, projections);
  }
  out += "</tr></thead><tbody>\n";
  for (const std::string& workload : workloads_of(projections)) {
    const auto list = of_workload(projections, workload);
    const Projection* fastest = extreme(list, true);
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escape(workload));
    for (const std::string& design : designs) {
      const Projection* p = of_design(list, design);
      out += matrix_cell(p, p != nullptr && p == fastest);
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  return out + details_html("All figures as a table", whole_table(projections), false);
}

}  // namespace sextant::analysis
