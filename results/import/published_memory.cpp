// SPDX-License-Identifier: Apache-2.0
// Stream kernels and pointer chases: a figure a row.
#include <algorithm>
#include <array>

#include "results/import/published_row.hpp"

namespace sextant::results {
namespace {

struct Metric {
  std::string_view metric, probe, level;
};

// What a probe of ours takes; the rest keeps its published name.
constexpr std::array<Metric, 6> known{{{"stream_read", "gpu.memory.read", ""},
                                       {"stream_init", "gpu.memory.write", ""},
                                       {"stream_copy", "gpu.memory.copy", ""},
                                       {"stream_triad", "gpu.memory.triad", ""},
                                       {"dram_latency_pointer_chase", "gpu.memory.latency", "dram"},
                                       {"l1_latency_pointer_chase", "gpu.memory.latency", "l1"}}};

const Column source{"source", Unit::text, "who measured"};

Component bandwidth(const PublishedRow& row, const Metric* metric) {
  Component component;
  component.table =
      component_table(metric ? std::string(metric->probe) : "published.bandwidth",
                      "Bytes per second, as published: the rate is given, so each sample is one second of it.",
                      {"bandwidth", Unit::byte_per_second}, {source});
  component.point = {{"source", row.word("source")}};
  if (!metric) {
    component.table.axes.push_back({"metric", Unit::text, "as its source calls it"});
    component.point.set("metric", row.word("metric"));
  }
  component.sample.seconds = 1;
  component.sample.operations = 1;
  component.sample.bytes = row.positive("value") * 1e9;
  return component;
}

Component latency(const PublishedRow& row, const Metric* metric) {
  Component component;
  component.table = component_table(
      metric ? std::string(metric->probe) : "published.latency", "Seconds a load, as published.",
      {"latency", Unit::second}, {source, {metric ? "level" : "metric", Unit::text, "which memory, or which figure"}});
  component.point = {{"source", row.word("source")}};
  if (metric)
    component.point.set("level", std::string(metric->level));
  else
    component.point.set("metric", row.word("metric"));
  component.sample.seconds = row.positive("value") * 1e-9;
  component.sample.operations = 1;
  return component;
}

// Speed-ups and percentages of systems: kept as points that were not measured, with the figure in the reason.
Component ratio(const PublishedRow& row) {
  Component component;
  component.table = component_table(
      "published.ratio", "Figures of whole systems that no probe takes, in the reasons of skipped points.",
      {"ratio", Unit::second}, {source, {"metric", Unit::text, "as its source calls it"}});
  component.point = {{"source", row.word("source")}, {"metric", row.word("metric")}};
  component.skipped = true;
  component.reason = number_text(row.positive("value")) + " " + row.word("unit") + " published" +
                     (row.text("notes").empty() ? "" : " (" + row.text("notes") + ")") +
                     ": a figure of a system, which no probe measures.";
  return component;
}

}  // namespace

Component memory_of(const PublishedRow& row) {
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const Metric& m) { return m.metric == row.text("metric"); });
  const Metric* metric = found == known.end() ? nullptr : &*found;
  const bool timed = metric && !metric->level.empty();
  const std::string& unit = row.word("unit");
  if (metric && unit != (timed ? "ns" : "GB/s"))
    row.fail("unit", timed ? "a latency is published in ns" : "a bandwidth is published in GB/s");
  Component component = unit == "GB/s" ? bandwidth(row, metric) : unit == "ns" ? latency(row, metric) : ratio(row);
  component.origin = row.word("source");
  component.peak = row.positive_or_none("mem_bw_GBps_peak") * 1e9;
  if (component.sample.bytes > component.peak) component.reason = "Faster than the stated peak of the memory.";
  return component;
}

}  // namespace sextant::results
