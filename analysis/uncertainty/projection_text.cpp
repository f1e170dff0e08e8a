// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/projection_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/record/unit.hpp"

namespace sextant::analysis {
namespace {

using results::format;
using results::Unit;

using Row = std::vector<std::string>;

// Columns padded to their widest cell, two spaces between; the last is not padded. Widths count characters of UTF-8,
// not bytes.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string aligned(const std::vector<Row>& rows, const std::string& indent = "") {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = indent;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += row[c];
      if (c + 1 < row.size()) line += std::string(widths[c] - width(row[c]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string interval(const Quantiles& q, Unit unit) {
  return fmt::format("[{} .. {}]", format(q.p5, unit), format(q.p95, unit));
}

// A figure that hangs on claims about silicon nobody has built is given as a range only (section 5).
std::string headline(const Projection& p, const Quantiles& q, Unit unit) {
  return p.range_only ? "" : format(q.p50, unit);
}

std::string plain(double value) { return results::format_decimal(value, Unit::one); }
std::string count(double value) { return format(value, Unit::one); }

// "2.55 .. 3.70 ms", the unit once where both ends share it.
std::string narrow_interval(const Quantiles& q, Unit unit) {
  std::string low = format(q.p5, unit);
  const std::string high = format(q.p95, unit);
  const auto space = low.find(' ');
  if (space != std::string::npos && high.ends_with(low.substr(space))) low.erase(space);
  return low + " .. " + high;
}

Row table_row(const Projection& p) {
  if (!p.refused.empty()) return {"", p.design, "", "refused", "", "", "", class_text(p)};
  if (!p.fits) return {"", p.design, "", "does not fit", "", "", p.bound_by, class_text(p)};
  const auto rate = [&](const Quantiles& q) {
    return p.range_only ? plain(q.p5) + " .. " + plain(q.p95) : plain(q.p50);
  };
  return {"",
          p.design,
          headline(p, p.time_per_token, Unit::second),
          narrow_interval(p.time_per_token, Unit::second),
          rate(p.tokens_per_second_user),
          rate(p.tokens_per_second_total),
          p.bound_by,
          class_text(p)};
}

// The workload is named where its group begins. A blank line keeps groups apart, unless each is a single line.
std::string grouped(const std::vector<Projection>& projections) {
  const auto follows = [](const Projection& a, const Projection& b) { return a.workload == b.workload; };
  const bool spaced = std::adjacent_find(projections.begin(), projections.end(), follows) != projections.end();
  std::vector<Row> rows{
      {"workload", "design", "per token", "P5 .. P95", "tok/s user", "tok/s all", "bound by", "class"}};
  for (std::size_t i = 0; i < projections.size(); ++i) {
    const bool first = i == 0 || !follows(projections[i - 1], projections[i]);
    if (first && spaced) rows.emplace_back();
    rows.push_back(table_row(projections[i]));
    if (first) rows.back().front() = projections[i].workload;
  }
  return aligned(rows);
}

}  // namespace

std::string table_text(const std::vector<Projection>& projections) {
  std::string misfits;
  std::vector<std::string> refusals;  // one sentence a design, however many workloads it refuses
  for (const Projection& p : projections) {
    if (!p.refused.empty()) {
      if (std::find(refusals.begin(), refusals.end(), p.refused) == refusals.end()) refusals.push_back(p.refused);
    } else if (!p.fits) {
      misfits += fmt::format("{} on {} does not fit: {}.\n", p.workload, p.design, p.reason);
    }
  }
  std::string text = grouped(projections);
  if (!misfits.empty()) text += "\n" + misfits;
  for (const std::string& refusal : refusals) text += "\nrefused: " + refusal + "\n";
  const bool ranges =
      std::any_of(projections.begin(), projections.end(), [](const Projection& p) { return p.range_only && p.fits; });
  if (ranges)
    text +=
        "\nWhere there is no single time, claims about unbuilt parts (T5, T6) hold more than half of the figures' "
        "spread.\n";
  if (std::any_of(projections.begin(), projections.end(), [](const Projection& p) { return p.proposed; }))
    text += "\nproposed: nobody has built this design; its class is that of the figures that decide the time.\n";
  return text;
}

std::string explain_text(const Projection& p) {
  if (!p.refused.empty()) return fmt::format("{} on {} is refused: {}\n", p.workload, p.design, p.refused);
  std::string text = fmt::format("{} on {} ({} device(s), batch {}, {} tokens of context, {})\n", p.workload, p.design,
                                 count(p.devices), count(p.batch), count(p.context), p.execution);
  text += fmt::format("shared as {}; {} FLOP a byte read, all that is kept could be read {} times a second (4.10)\n",
                      p.split, plain(p.intensity), plain(p.sweep_rate));
  text += fmt::format(
      "capacity (4.4): {} of {} used on each device{}\n", results::format_decimal(p.capacity_needed, Unit::byte),
      results::format_decimal(p.capacity_available, Unit::byte), p.fits ? "" : ": does not fit, " + p.reason);
  text += fmt::format("batch (4.2): up to {} fit; from {} on a weight takes longer to multiply than to read\n",
                      count(p.largest_batch), plain(p.knee_batch));
  if (p.fits) {
    text += fmt::format("time per token: {} {}, bound by {}, class {}\n", format(p.time_per_token.p50, Unit::second),
                        interval(p.time_per_token, Unit::second), p.bound_by, class_text(p));
    if (p.tokens_per_step > 1) text += fmt::format("tokens per step (4.9): {}\n", plain(p.tokens_per_step));
    if (std::isfinite(p.energy_per_token.p50))
      text += fmt::format("energy per token (4.7): {} {}, {} a device\n", format(p.energy_per_token.p50, Unit::joule),
                          interval(p.energy_per_token, Unit::joule), format(p.power, Unit::watt));
    if (!p.worn.empty())
      text += fmt::format("lifetime (4.5), decoding for ever: {} years [{} .. {}], by {}\n",
                          plain(p.lifetime_years.p50), plain(p.lifetime_years.p5), plain(p.lifetime_years.p95), p.worn);
    if (p.prefilled_elsewhere)
      text +=
          fmt::format("prefill elsewhere (4.9): {} a prompt, {} on the link; {} into this group; {} prefill groups\n",
                      results::format_decimal(p.handover_bytes, Unit::byte), format(p.handover_seconds, Unit::second),
                      format(p.handover_bandwidth, Unit::byte_per_second), plain(p.prefill_groups));
  } else {
    text += "the terms below are what a step would take, had it the memory\n";
  }
  std::vector<Row> rows{{"equation", "term", "bytes", "bandwidth", "time", "class", "parameter", "source"}};
  double sum = 0;
  for (const Term& term : p.terms) {
    sum += term.seconds;
    rows.push_back({term.equation, term.name, term.bytes > 0 ? results::format_decimal(term.bytes, Unit::byte) : "",
                    term.bandwidth > 0 ? format(term.bandwidth, Unit::byte_per_second) : "",
                    format(term.seconds, Unit::second), term.transfer, term.parameter, term.source});
  }
  rows.push_back({"", "sum, at the median parameters", "", "", format(sum, Unit::second), "", "", ""});
  text += "\n" + aligned(rows);
  if (!p.influences.empty()) {
    text += "\nwhat the spread comes from, one at a time:\n";
    std::vector<Row> ranked{{"share", "parameter", "class", "time from its P5 to its P95"}};
    for (const Influence& i : p.influences) {
      ranked.push_back({i.share < 0.01 ? std::string("< 1 %") : fmt::format("{:.0f} %", 100 * i.share), i.parameter,
                        i.transfer, format(i.time_low, Unit::second) + " .. " + format(i.time_high, Unit::second)});
    }
    text += aligned(ranked, "  ");
  }
  text += "\nassumptions:\n";
  for (const std::string& assumption : p.assumptions) text += "  - " + assumption + "\n";
  return text;
}

}  // namespace sextant::analysis
