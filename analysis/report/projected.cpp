// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/projected.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/report/scale.hpp"
#include "analysis/report/vega_lite.hpp"

namespace sextant::analysis {
namespace {

using results::Unit;

// How far the figures behind a projection have travelled, in three steps that a reader can tell apart by colour.
struct Distance {
  std::string_view name;
  std::string_view classes;
};
constexpr std::array<Distance, 3> distances{
    {{"near (T0 to T2)", "T0 T1 T2"}, {"carried (T3, T4)", "T3 T4"}, {"proposed (T5, T6)", "T5 T6"}}};

std::string distance_of(const std::string& transfer_class) {
  for (const Distance& distance : distances) {
    if (!transfer_class.empty() && distance.classes.find(transfer_class) != std::string_view::npos) {
      return std::string(distance.name);
    }
  }
  return std::string(distances.back().name);  // an unknown class is trusted least
}

bool range_only(const Projection& p) { return distance_of(p.transfer_class) == distances.back().name; }

bool has_rate(const Projection& p) {
  const Quantiles& q = p.tokens_per_second_user;
  return p.fits && std::isfinite(q.p5) && std::isfinite(q.p95) && q.p5 > 0;
}

std::string count_text(double value) { return number_for_people(value, Unit::one); }

std::string range_text(const Quantiles& q) {
  const std::string low = count_text(q.p5), high = count_text(q.p95);
  return low == high ? low : low + " to " + high;
}

std::string rate_text(const Projection& p) {
  if (range_only(p)) return range_text(p.tokens_per_second_user);
  return fmt::format("{} ({})", count_text(p.tokens_per_second_user.p50), range_text(p.tokens_per_second_user));
}

std::vector<const Projection*> of_workload(const std::vector<Projection>& projections, std::string_view workload) {
  std::vector<const Projection*> found;
  for (const Projection& p : projections) {
    if (p.workload == workload) found.push_back(&p);
  }
  return found;
}

template <class Name>
std::vector<std::string> distinct(const std::vector<Projection>& projections, Name name) {
  std::vector<std::string> names;
  for (const Projection& p : projections) {
    if (std::find(names.begin(), names.end(), name(p)) == names.end()) names.push_back(name(p));
  }
  return names;
}

// Fastest by the median; nullptr when no design of the list holds the model.
const Projection* extreme(const std::vector<const Projection*>& list, bool fastest) {
  const Projection* found = nullptr;
  for (const Projection* p : list) {
    if (!has_rate(*p)) continue;
    if (found == nullptr || (p->tokens_per_second_user.p50 > found->tokens_per_second_user.p50) == fastest) found = p;
  }
  return found;
}

std::string fit_text(const Projection& p) {
  if (p.fits) return "yes";
  if (p.capacity_needed > p.capacity_available && p.capacity_available > 0) {
    return fmt::format("no, {} short", number_for_people(p.capacity_needed - p.capacity_available, Unit::byte));
  }
  return "no";
}

struct Axis {
  double low = 1, high = 10;
};

// One axis for every workload, so that charts can be compared by eye.
Axis rate_axis(const std::vector<Projection>& projections) {
  double low = INFINITY, high = 0;
  for (const Projection& p : projections) {
    if (!has_rate(p)) continue;
    low = std::min(low, p.tokens_per_second_user.p5);
    high = std::max(high, p.tokens_per_second_user.p95);
  }
  return high > 0 ? Axis{low / 1.3, high * 1.3} : Axis{};
}

HtmlTable rate_table(const std::vector<const Projection*>& list, const std::string& workload) {
  HtmlTable table;
  table.caption =
      fmt::format("Projected decode of {}: tokens per second and time per token, P5, P50 and P95", workload);
  table.header = {"design",
                  "fits",
                  "tokens/s, user: P5",
                  "P50",
                  "P95",
                  "tokens/s, all: P50",
                  "P5 to P95",
                  "time per token: P50",
                  "P5 to P95",
                  "bound by",
                  "class",
                  "needed",
                  "available"};
  table.numeric = {false, false, true, true, true, true, true, true, true, false, false, true, true};
  for (const Projection* p : list) {
    std::vector<Cell> row{{p->design}, {fit_text(*p), p->fits ? "" : "status-failed"}};
    if (has_rate(*p)) {
      const Quantiles& q = p->tokens_per_second_user;
      const Quantiles& t = p->time_per_token;
      row.insert(row.end(), {{count_text(q.p5)},
                             {count_text(q.p50)},
                             {count_text(q.p95)},
                             {count_text(p->tokens_per_second_total.p50)},
                             {range_text(p->tokens_per_second_total)},
                             {number_for_people(t.p50, Unit::second)},
                             {interval_text(t.p5, t.p95, Unit::second)}});
    } else {
      row.insert(row.end(), 7, Cell{"-"});
    }
    row.push_back({p->bound_by});
    row.push_back({p->transfer_class});
    row.push_back({number_for_people(p->capacity_needed, Unit::byte)});
    row.push_back({number_for_people(p->capacity_available, Unit::byte)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Chart rate_chart(const std::vector<const Projection*>& list, const std::string& workload, const Axis& axis) {
  IntervalChart picture;
  picture.x_title = "tokens per second, one user";
  picture.low = axis.low;
  picture.high = axis.high;
  for (const Distance& distance : distances) picture.groups.emplace_back(distance.name);
  bool any = false;
  std::size_t missing = 0;
  for (const Projection* p : list) {
    const Quantiles& q = p->tokens_per_second_user;
    const bool drawn = has_rate(*p);
    any = any || drawn;
    if (!p->fits) ++missing;
    picture.rows.push_back({p->design,
                            drawn     ? rate_text(*p)
                            : p->fits ? "no answer"
                                      : "does not fit: " + fit_text(*p).substr(4),
                            q.p5, q.p50, q.p95, distance_of(p->transfer_class), drawn});
  }
  Chart chart;
  chart.id = slug("rate " + workload);
  chart.title = "How fast";
  if (missing > 0) chart.note = fmt::format("{} of {} designs cannot hold this workload.", missing, list.size());
  chart.table = rate_table(list, workload);
  if (any) chart.spec = interval_spec(picture);
  chart.alt = fmt::format("Projected tokens per second of {} designs for {}; the table below holds every value",
                          list.size(), workload);
  return chart;
}

Chart phase_chart(const std::vector<const Projection*>& list, const std::string& workload) {
  std::vector<std::string> parts;
  std::vector<ShareRow> rows;
  Chart chart;
  chart.table.caption =
      fmt::format("Phases of one decode step of {}: seconds at P50, P5 to P95, share of the step", workload);
  chart.table.header = {"design", "phase", "P50", "P5 to P95", "share"};
  chart.table.numeric = {false, false, true, true, true};
  for (const Projection* p : list) {
    double step = 0;
    for (const Phase& phase : p->phases) step += phase.seconds.p50;
    if (!has_rate(*p) || !(step > 0)) continue;
    ShareRow row{p->design, number_for_people(p->time_per_token.p50, Unit::second) + " per token", {}};
    for (const Phase& phase : p->phases) {
      const double share = phase.seconds.p50 / step;
      const std::string percent = fmt::format("{:.1f} %", 100 * share);
      if (std::find(parts.begin(), parts.end(), phase.name) == parts.end()) parts.push_back(phase.name);
      row.shares.push_back({phase.name, share,
                            fmt::format("{}, {}: {}, {}", p->design, phase.name,
                                        number_for_people(phase.seconds.p50, Unit::second), percent)});
      chart.table.rows.push_back({{p->design},
                                  {phase.name},
                                  {number_for_people(phase.seconds.p50, Unit::second)},
                                  {interval_text(phase.seconds.p5, phase.seconds.p95, Unit::second)},
                                  {percent}});
    }
    rows.push_back(std::move(row));
  }
  chart.id = slug("phases " + workload);
  chart.title = "Where the time goes";
  if (!rows.empty()) chart.spec = share_spec(parts, rows);
  chart.alt =
      fmt::format("Share of each phase in the decode step of {} on {} designs; the table below holds every value",
                  workload, rows.size());
  return chart;
}

std::string told(const Projection& p) {
  const std::string text = fmt::format("<strong>{} tokens/s</strong>", escape(range_text(p.tokens_per_second_user)));
  return fmt::format("{} on {}{}", text, escape(p.design),
                     range_only(p) ? fmt::format(" ({}, a range only)", escape(p.transfer_class)) : "");
}

std::string matrix_cell(const Projection* p, bool best) {
  if (p == nullptr) return "<td class=\"n\"></td>";
  if (!p->fits) {
    return fmt::format("<td class=\"n no\" title=\"{}\"><b>no</b><small>{}</small></td>", escape(p->reason),
                       escape(fit_text(*p) == "no" ? "does not fit" : fit_text(*p).substr(4)));
  }
  if (!has_rate(*p)) return "<td class=\"n no\"><small>no answer</small></td>";
  const std::string range = range_text(p->tokens_per_second_user);
  const std::string main = range_only(*p) ? range : count_text(p->tokens_per_second_user.p50);
  const std::string below = range_only(*p) ? p->transfer_class : range;
  return fmt::format("<td class=\"n{}\"><b>{}</b><small>{}</small></td>", best ? " best" : "", escape(main),
                     escape(below));
}

}  // namespace

std::vector<std::string> workloads_of(const std::vector<Projection>& projections) {
  return distinct(projections, [](const Projection& p) { return p.workload; });
}

std::vector<std::string> designs_of(const std::vector<Projection>& projections) {
  return distinct(projections, [](const Projection& p) { return p.design; });
}

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
  std::string text = fmt::format("For {}, one user would see {}", escape(headline), told(*fastest));
  if (slowest != fastest) text += fmt::format(", the fastest of {} designs, and {}, the slowest", most, told(*slowest));
  return text + ". Each range holds 90 % of the draws.";
}

std::string answer_table(const std::vector<Projection>& projections) {
  if (projections.empty()) return {};
  const std::vector<std::string> designs = designs_of(projections);
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Projected tokens per second\">"
      "<table class=\"matrix\"><caption><span>Projected tokens per second for one user: median above, P5 to P95 below; "
      "a "
      "range "
      "with its class where the silicon is only proposed. The fastest median of each row is marked.</span></caption>"
      "<thead><tr><th scope=\"col\">workload</th>";
  for (const std::string& design : designs) {
    out += "<th scope=\"col\" class=\"n\">";
    for (const char c : design) out += c == '_' ? "_<wbr>" : escape({&c, 1});  // a long name may break there
    out += "</th>";
  }
  out += "</tr></thead><tbody>\n";
  for (const std::string& workload : workloads_of(projections)) {
    const auto list = of_workload(projections, workload);
    const Projection* fastest = extreme(list, true);
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escape(workload));
    for (const std::string& design : designs) {
      const auto at = std::find_if(list.begin(), list.end(), [&](const Projection* p) { return p->design == design; });
      const Projection* p = at == list.end() ? nullptr : *at;
      out += matrix_cell(p, p != nullptr && p == fastest);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::vector<Chart> projected_charts(const std::vector<Projection>& projections, const std::string& workload) {
  const auto list = of_workload(projections, workload);
  return {rate_chart(list, workload, rate_axis(projections)), phase_chart(list, workload)};
}

HtmlTable assumptions_of(const std::vector<Projection>& projections) {
  HtmlTable table{"What the projections take for granted", {"assumption", "designs"}, {false, false}, {}};
  const std::size_t all = designs_of(projections).size();
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  for (const Projection& p : projections) {
    for (const std::string& assumption : p.assumptions) {
      auto at = std::find_if(found.begin(), found.end(), [&](const auto& f) { return f.first == assumption; });
      if (at == found.end()) at = found.insert(found.end(), {assumption, {}});
      auto& designs = at->second;
      if (std::find(designs.begin(), designs.end(), p.design) == designs.end()) designs.push_back(p.design);
    }
  }
  for (const auto& [assumption, designs] : found) {
    table.rows.push_back({{assumption}, {designs.size() == all ? "all" : fmt::format("{}", fmt::join(designs, ", "))}});
  }
  return table;
}

std::string_view transfer_in_words(std::string_view transfer_class) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{{
      {"T0", "same device, inside the measured range"},
      {"T1", "same device, another shape"},
      {"T2", "another device of the same memory class"},
      {"T3", "same device, another engine"},
      {"T4", "another memory class, sign of the error unknown"},
      {"T5", "proposed silicon, from vendor or simulation figures"},
      {"T6", "invented, to ask what if"},
  }};
  for (const auto& [name, text] : words) {
    if (name == transfer_class) return text;
  }
  return "unknown class";
}

}  // namespace sextant::analysis
