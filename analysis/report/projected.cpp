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
    {{"near (T0 to T2)", "T0 T1 T2"}, {"carried (T3, T4)", "T3 T4"}, {"claimed (T5, T6)", "T5 T6"}}};

std::string distance_of(const std::string& transfer_class) {
  for (const Distance& distance : distances) {
    if (!transfer_class.empty() && distance.classes.find(transfer_class) != std::string_view::npos) {
      return std::string(distance.name);
    }
  }
  return std::string(distances.back().name);  // an unknown class is trusted least
}

std::string rate_text(const Projection& p) {
  if (p.range_only) return range_text(p.tokens_per_second_user);
  return fmt::format("{} ({})", count_text(p.tokens_per_second_user.p50), range_text(p.tokens_per_second_user));
}

template <class Name>
std::vector<std::string> distinct(const std::vector<Projection>& projections, Name name) {
  std::vector<std::string> names;
  for (const Projection& p : projections) {
    if (std::find(names.begin(), names.end(), name(p)) == names.end()) names.push_back(name(p));
  }
  return names;
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

Chart rate_chart(const std::vector<const Projection*>& list, const std::vector<Projection>& all,
                 const std::string& workload) {
  const Axis axis = rate_axis(all);
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
    if (!p->fits && p->refused.empty()) ++missing;
    picture.rows.push_back({label_of(*p, all), drawn ? rate_text(*p) : why_no_rate(*p), q.p5, q.p50, q.p95,
                            distance_of(p->transfer_class), drawn});
  }
  Chart chart;
  chart.id = slug("rate " + workload);
  chart.title = "How fast";
  if (missing > 0) chart.note = fmt::format("{} of {} designs cannot hold this workload.", missing, list.size());
  chart.table = rate_table(list, all, workload);
  if (any) chart.spec = interval_spec(picture);
  chart.alt = fmt::format("Projected tokens per second of {} designs for {}; the table below holds every value",
                          list.size(), workload);
  return chart;
}

Chart phase_chart(const std::vector<const Projection*>& list, const std::vector<Projection>& all,
                  const std::string& workload) {
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
    const std::string label = label_of(*p, all);
    ShareRow row{label, number_for_people(p->time_per_token.p50, Unit::second) + " per token", {}};
    for (const Phase& phase : p->phases) {
      const double share = phase.seconds.p50 / step;
      const std::string percent = fmt::format("{:.1f} %", 100 * share);
      if (std::find(parts.begin(), parts.end(), phase.name) == parts.end()) parts.push_back(phase.name);
      row.shares.push_back({phase.name, share,
                            fmt::format("{}, {}: {}, {}", label, phase.name,
                                        number_for_people(phase.seconds.p50, Unit::second), percent)});
      chart.table.rows.push_back({{p->proposed ? label + ", proposed" : label},
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

}  // namespace

bool has_rate(const Projection& p) {
  const Quantiles& q = p.tokens_per_second_user;
  return p.fits && std::isfinite(q.p5) && std::isfinite(q.p95) && q.p5 > 0;
}

std::string label_of(const Projection& p, const std::vector<Projection>& all) {
  const bool shared = std::any_of(all.begin(), all.end(), [&](const Projection& other) {
    return other.design != p.design && other.design_title == p.design_title;
  });
  return p.design_title.empty() || shared ? p.design : p.design_title;
}

std::string count_text(double value) { return results::format_decimal(value, Unit::one); }

std::string range_text(const Quantiles& q) {
  const std::string low = count_text(q.p5), high = count_text(q.p95);
  return low == high ? low : low + " to " + high;
}

std::string fit_text(const Projection& p) {
  if (!p.refused.empty()) return "refused";
  if (p.fits) return "yes";
  if (p.capacity_needed > p.capacity_available && p.capacity_available > 0) {
    return fmt::format("no, {} short", results::format_decimal(p.capacity_needed - p.capacity_available, Unit::byte));
  }
  return "no";
}

std::vector<const Projection*> of_workload(const std::vector<Projection>& projections, std::string_view workload) {
  std::vector<const Projection*> found;
  for (const Projection& p : projections) {
    if (p.workload == workload) found.push_back(&p);
  }
  return found;
}

HtmlTable rate_table(const std::vector<const Projection*>& list, const std::vector<Projection>& all,
                     const std::string& workload) {
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
                  "energy per token: P5 to P95",
                  "shared as",
                  "bound by",
                  "class",
                  "needed",
                  "available"};
  table.numeric = {false, false, true, true, true, true, true, true, true, true, false, false, false, true, true};
  for (const Projection* p : list) {
    std::vector<Cell> row{{label_of(*p, all)}, {fit_text(*p), p->fits || !p->refused.empty() ? "" : "status-failed"}};
    if (has_rate(*p)) {
      const Quantiles& q = p->tokens_per_second_user;
      const Quantiles& t = p->time_per_token;
      row.insert(row.end(), {{count_text(q.p5)},
                             {p->range_only ? "-" : count_text(q.p50)},
                             {count_text(q.p95)},
                             {p->range_only ? "-" : count_text(p->tokens_per_second_total.p50)},
                             {range_text(p->tokens_per_second_total)},
                             {p->range_only ? "-" : number_for_people(t.p50, Unit::second)},
                             {interval_text(t.p5, t.p95, Unit::second)}});
    } else {
      row.insert(row.end(), 7, Cell{"-"});
    }
    const Quantiles& energy = p->energy_per_token;  // only where the design says where power goes
    row.push_back({std::isfinite(energy.p50) ? interval_text(energy.p5, energy.p95, Unit::joule) : "-"});
    row.push_back({p->split.empty() ? "-" : p->split});
    row.push_back({p->bound_by});
    row.push_back({class_text(*p)});
    row.push_back({results::format_decimal(p->capacity_needed, Unit::byte)});
    row.push_back({results::format_decimal(p->capacity_available, Unit::byte)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string why_no_rate(const Projection& p) {
  if (!p.refused.empty()) return "refused";
  if (p.fits) return "no answer";
  const std::string fit = fit_text(p);
  return fit == "no" ? "does not fit" : "does not fit: " + fit.substr(4);
}

std::vector<std::string> workloads_of(const std::vector<Projection>& projections) {
  return distinct(projections, [](const Projection& p) { return p.workload; });
}

std::vector<std::string> designs_of(const std::vector<Projection>& projections) {
  return distinct(projections, [](const Projection& p) { return p.design; });
}

std::vector<Chart> projected_charts(const std::vector<Projection>& projections, const std::string& workload) {
  const auto list = of_workload(projections, workload);
  return {rate_chart(list, projections, workload), phase_chart(list, projections, workload)};
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
