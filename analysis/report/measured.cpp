// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/measured.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string_view>

#include "analysis/report/probe_data.hpp"
#include "analysis/report/scale.hpp"
#include "analysis/report/vega_lite.hpp"
#include "results/record/cache_claims.hpp"
#include "results/record/extra_columns.hpp"

namespace sextant::analysis {
namespace {

using results::Measurement;
using results::Run;
using results::Status;
using results::Summary;
using results::Unit;

constexpr std::size_t most_series = 7;

// How a probe is told. Probes that are not listed are drawn along their longest numeric axis under their own sentence.
struct Story {
  std::string_view probe, axis, title, note;
};
constexpr Story stories[] = {
    {"memory.read", "footprint", "Read bandwidth against footprint",
     "Bytes read per second from arrays of growing size. A step down is a level of the memory hierarchy left behind."},
    {"memory.latency", "footprint", "Load latency against footprint",
     "Time of one dependent load, with nothing else under way. A step up is a level left behind."},
    {"near_data.gemv", "footprint", "Matrix times vector against footprint",
     "Bytes of weights consumed per second. The dashed line is the best plain read bandwidth of the same footprint: a "
     "kernel "
     "that reads every weight once should not pass it by more than the intervals."},
    {"memory.write", "footprint", "Write bandwidth against footprint",
     "Bytes written per second, as the program counts them: a regular store also reads its line first."},
    {"memory.copy", "footprint", "Copy bandwidth against footprint",
     "Bytes read and written per second, as the program counts them, over arrays of which one is copied to the other."},
    {"memory.triad", "footprint", "Triad bandwidth against footprint",
     "Bytes of three arrays per second while one becomes a sum of the second and a multiple of the third."},
    {"memory.loaded_latency", "load", "Load latency under traffic",
     "Time of one dependent load while the other threads move data at a share of their fastest rate."},
    {"memory.gather", "granularity", "Gathered bandwidth against granularity",
     "Bytes per second from random places, by how much is read at each and by how many walks are under way."},
    {"near_data.attention", "context", "Attention over the cache of keys and values",
     "Bytes of keys and values read per second while one token attends to a context."},
    {"near_data.shard", "shard", "A product shared out over units",
     "Time of one product whose weights lie with the units; its phases stand in the table."},
    {"near_data.pushdown", "footprint", "Reducing in place against moving first",
     "Time to reduce data where it lies, and to move it to another processor and reduce it there."},
    {"compute.fma", "", "Peak arithmetic", "Operations per second of multiply-adds on registers, two each."},
    {"decode.reference", "", "A complete decode step",
     "Tokens per second of a Llama-shaped model over random weights, and the seconds of its phases."},
    {"sync.core_to_core", "", "Core to core", "Time until a line that one processor wrote is seen by another."},
    {"storage.read", "depth", "Storage read against queue depth",
     "Bytes read per second past the page cache, with that many requests under way."},
    {"net.allreduce", "bytes", "All-reduce time against message size",
     "Time until every rank has the sum. Flat means latency, rising means bandwidth."},
    {"sync.barrier", "", "Barrier", "Time for all threads to meet."},
    {"overhead.dispatch", "", "Dispatch", "Fixed cost of handing one operation to the team of threads."},
    {"cpu.interference", "", "Interference of processors",
     "Time of one multiplication while two processors do nothing else; one alone where both are the same."},
};

const Story* find_story(std::string_view probe) {
  for (const Story& story : stories) {
    if (story.probe == probe) return &story;
  }
  return nullptr;
}

// The axis a probe is drawn along; empty: a table alone.
std::string drawn_axis(const ProbeData& data) {
  const Story* story = find_story(data.probe);
  if (story != nullptr && story->axis.empty()) return {};
  return ordered_axis(data, story != nullptr ? story->axis : "");
}

std::string status_text(Status status) {
  std::string text(results::name(status));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// The median of the clean samples and their share; what stands beside the headline where neighbours made it.
std::string undisturbed_text(const Summary& s, results::Unit unit) {
  if (std::isnan(s.clean)) return "not known";
  const std::string share = fmt::format("{:.0f} % of the samples", 100 * s.clean / s.n);
  return s.clean > 0 ? number_for_people(s.clean_median, unit) + " (" + share + ")" : share;
}

bool drawable(const Reading& reading) { return std::isfinite(reading.summary.median) && reading.summary.median > 0; }

CurvePoint curve_point(const ProbeData& data, const Reading& reading, const std::string& axis,
                       const std::vector<std::string>& axes) {
  const Measurement& m = *reading.measurement;
  const Summary& s = reading.summary;
  CurvePoint point;
  point.x = m.point.number(axis);
  point.value = s.median;
  point.low = s.low;
  point.high = s.high;
  point.series = series_name(data, m.point, axes);
  point.settled = m.status == Status::converged;
  point.label = fmt::format("{}{}: {} ({}), {}", coordinate(data, m.point, axis),
                            axes.empty() ? "" : ", " + point.series, number_for_people(s.median, m.quantity.unit),
                            interval_text(s.low, s.high, m.quantity.unit), status_text(m.status));
  return point;
}

// Extra columns of the probe that hold something.
std::vector<std::size_t> filled_extras(const ProbeData& data) {
  std::vector<std::size_t> filled;
  for (std::size_t column = 0; data.table != nullptr && column < data.table->extras.size(); ++column) {
    if (std::any_of(data.readings.begin(), data.readings.end(), [&](const Reading& reading) {
          return !std::isnan(results::median_extra(*reading.measurement, column));
        }))
      filled.push_back(column);
  }
  return filled;
}

HtmlTable measured_table(const ProbeData& data, const std::string& caption) {
  HtmlTable table;
  table.caption = caption;
  const std::vector<std::string> axes = axis_names(data);
  for (const std::string& axis : axes) {
    table.header.push_back(axis);
    table.numeric.push_back(numeric_axis(data, axis));
  }
  const std::string quantity = data.readings.front().measurement->quantity.name;
  const std::vector<std::string> figures{quantity + ", median", "95 % interval", "undisturbed", "uncontended",
                                         "contention",          "samples",       "launches"};
  for (const std::string& figure : figures) {
    table.header.push_back(figure);
    table.numeric.push_back(true);
  }
  const std::vector<std::size_t> extras = filled_extras(data);
  for (const std::size_t column : extras) {
    table.header.push_back(data.table->extras[column].name);
    table.numeric.push_back(true);
  }
  table.header.insert(table.header.end(), {"status", "why"});
  table.numeric.insert(table.numeric.end(), {false, false});
  const bool reasons = std::any_of(data.readings.begin(), data.readings.end(),
                                   [](const Reading& r) { return !r.measurement->reason.empty(); });
  if (!reasons) {
    table.header.pop_back();
    table.numeric.pop_back();
  }
  for (const Reading& reading : data.readings) {
    const Measurement& m = *reading.measurement;
    const Summary& s = reading.summary;
    std::vector<Cell> row;
    for (const std::string& axis : axes) row.push_back({coordinate(data, m.point, axis)});
    row.push_back({number_for_people(s.median, m.quantity.unit)});
    row.push_back({interval_text(s.low, s.high, m.quantity.unit)});
    row.push_back({undisturbed_text(s, m.quantity.unit)});
    row.push_back({number_for_people(s.uncontended, m.quantity.unit)});
    row.push_back({contention_text(s.contention)});
    row.push_back({fmt::format("{}", s.n)});
    row.push_back({fmt::format("{}", s.launches)});
    for (const std::size_t column : extras) {
      const double median = results::median_extra(m, column);
      row.push_back({std::isnan(median) ? "" : number_for_people(median, data.table->extras[column].unit)});
    }
    row.push_back({status_text(m.status), "status-" + std::string(results::name(m.status))});
    if (reasons) row.push_back({m.reason});
    table.rows.push_back(std::move(row));
  }
  return table;
}

// The roofline of a kernel that reads every weight once: plain reads of as many bytes with the most threads.
std::vector<CurvePoint> read_bandwidth_bound(const std::vector<ProbeData>& all) {
  std::vector<CurvePoint> bound;
  for (const ProbeData& data : all) {
    if (data.probe != "memory.read") continue;
    std::map<double, CurvePoint> best;
    for (const Reading& reading : data.readings) {
      if (!drawable(reading) || !is_number(reading.measurement->point, "footprint")) continue;
      CurvePoint point = curve_point(data, reading, "footprint", {});
      point.low = point.high = results::not_available;
      point.series = "memory.read";
      CurvePoint& kept = best[point.x];
      if (point.value > kept.value) kept = point;
    }
    for (const auto& [x, point] : best) bound.push_back(point);
  }
  return bound;
}

CurveChart curve_of(const ProbeData& data, const std::string& axis, const std::vector<ProbeData>& all,
                    const ReportInput& input, const std::vector<ClaimedCache>& caches) {
  CurveChart curve;
  const std::vector<std::string> axes = series_axes(data, axis);
  curve.x_title = axis;
  curve.y_title = data.readings.front().measurement->quantity.name;
  curve.series_title = axes.size() == 1 ? axes[0] : "";
  curve.x_unit = axis_unit(data, axis);
  curve.y_unit = data.readings.front().measurement->quantity.unit;
  curve.series = series_in_order(data, axes);
  for (const Reading& reading : data.readings) {
    if (drawable(reading)) curve.points.push_back(curve_point(data, reading, axis, axes));
  }
  for (const Bound& bound : input.bounds) {
    if (bound.probe == data.probe) curve.bounds.push_back({bound.value, bound.label});
  }
  if (curve.points.empty()) return curve;
  const auto by_x = [](const CurvePoint& a, const CurvePoint& b) { return a.x < b.x; };
  const auto [first, last] = std::minmax_element(curve.points.begin(), curve.points.end(), by_x);
  if (axis == "footprint") {
    for (const ClaimedCache& cache : caches) {
      if (cache.bytes >= first->x && cache.bytes <= last->x) curve.marks.push_back({cache.bytes, cache.label});
    }
  }
  if (data.probe == "near_data.gemv" && curve.y_unit == Unit::byte_per_second) {
    for (const CurvePoint& point : read_bandwidth_bound(all)) {
      if (point.x >= first->x && point.x <= last->x) curve.bound.push_back(point);
    }
  }
  return curve;
}

Chart chart_of(const ProbeData& data, const std::string& heading, const std::vector<ProbeData>& all,
               const ReportInput& input, const std::vector<ClaimedCache>& caches, const std::string& id) {
  const Story* story = find_story(data.probe);
  Chart chart;
  chart.id = id;
  chart.title = (story != nullptr ? std::string(story->title) : data.probe) + (heading.empty() ? "" : ": " + heading);
  chart.table = measured_table(data, fmt::format("{}, {}", chart.title, data.probe));
  const std::string axis = drawn_axis(data);
  if (data.table != nullptr) chart.note = data.table->summary;  // what the story says of a curve needs the curve
  if (axis.empty()) return chart;
  if (story != nullptr) chart.note = story->note;
  const CurveChart curve = curve_of(data, axis, all, input, caches);
  if (curve.points.empty()) return chart;
  chart.spec = curve_spec(curve);
  chart.alt =
      fmt::format("{} points of {} along {}; the table below holds every value", curve.points.size(), data.probe, axis);
  return chart;
}

// Splits a probe along its first series axis when one picture could not hold its series.
std::vector<std::pair<std::string, ProbeData>> parts_of(const ProbeData& data) {
  const std::string axis = drawn_axis(data);
  const std::vector<std::string> axes = axis.empty() ? std::vector<std::string>{} : series_axes(data, axis);
  if (axes.size() < 2 || series_in_order(data, axes).size() <= most_series) return {{"", data}};
  std::vector<std::pair<std::string, ProbeData>> parts;
  for (const Reading& reading : data.readings) {
    const std::string value = axes[0] + " " + coordinate(data, reading.measurement->point, axes[0]);
    auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return p.first == value; });
    if (part == parts.end()) part = parts.insert(parts.end(), {value, {data.probe, data.table, {}}});
    part->second.readings.push_back(reading);
  }
  return parts;
}

std::size_t place_of(std::string_view probe) {
  const Story* story = find_story(probe);
  return story != nullptr ? static_cast<std::size_t>(story - stories) : std::size(stories);
}

std::vector<ProbeData> in_the_order_of_the_stories(const Run& run) {
  const std::vector<ProbeData> all = by_probe(run);
  std::vector<ProbeData> ordered;
  for (std::size_t place = 0; place <= std::size(stories); ++place) {
    std::copy_if(all.begin(), all.end(), std::back_inserter(ordered),
                 [place](const ProbeData& data) { return place_of(data.probe) == place; });
  }
  return ordered;
}

}  // namespace

std::vector<Chart> measured_charts(const Run& run, const ReportInput& input, const std::string& prefix) {
  const std::vector<ProbeData> all = in_the_order_of_the_stories(run);
  const std::vector<ClaimedCache> caches = input.caches.empty() ? claimed_caches(run) : input.caches;
  std::vector<Chart> charts;
  for (const ProbeData& data : all) {
    for (const auto& [heading, part] : parts_of(data)) {
      const std::string id = slug(prefix + " " + data.probe + " " + heading);
      charts.push_back(chart_of(part, heading, all, input, caches, id));
    }
  }
  return charts;
}

HtmlTable not_measured(const Run& run) {
  HtmlTable table{
      "What was not measured, and why", {"probe", "status", "points", "why"}, {false, false, true, false}, {}};
  std::vector<std::pair<std::vector<std::string>, int>> rows;
  for (const Measurement& m : run.measurements) {
    if (m.status != Status::skipped && m.status != Status::failed) continue;
    const std::vector<std::string> key{m.probe, std::string(results::name(m.status)), m.reason};
    auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.first == key; });
    if (found == rows.end()) found = rows.insert(rows.end(), {key, 0});
    ++found->second;
  }
  for (const auto& [key, count] : rows) {
    table.rows.push_back({{key[0]}, {key[1], "status-" + key[1]}, {fmt::format("{}", count)}, {key[2]}});
  }
  return table;
}

std::vector<ClaimedCache> claimed_caches(const Run& run) {
  std::vector<ClaimedCache> caches;
  const auto claims = results::claimed_caches(run.topology_xml);
  for (std::size_t level = 1; level <= claims.size(); ++level) {
    if (!std::isnan(claims[level - 1])) caches.push_back({fmt::format("L{} as stated", level), claims[level - 1]});
  }
  return caches;
}

}  // namespace sextant::analysis
