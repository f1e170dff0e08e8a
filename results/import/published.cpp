// SPDX-License-Identifier: Apache-2.0
#include "results/import/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "results/import/published_row.hpp"
#include "results/record/nearest.hpp"
#include "results/record/unit.hpp"

namespace sextant::results {
namespace {

struct ComponentTable {
  std::string_view name;
  std::string_view own;  // a column that only this table has
  Component (*read)(const PublishedRow&);
};

constexpr std::array<ComponentTable, 4> tables{{{"collectives", "message_bytes", collective_of},
                                                {"gemm", "weight_bytes", gemv_of},
                                                {"attention", "kv_bytes", attention_of},
                                                {"memory", "fraction_of_peak", memory_of}}};

// Licences of the sources, as they state them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> licences{
    {{"aiconfigurator", "Apache-2.0"},
     {"infersim", "Apache-2.0"},
     {"llmcompass", "BSD-3-Clause"},
     {"vidur", "MIT"},
     {"rrze-gpu-benches", "figures only, of a GPL-3.0 program"},
     {"babelstream", "figures only, see the source"}}};

std::string_view licence_of(const std::string& source) {
  for (const auto& [name, licence] : licences) {
    if (name == source) return licence;
  }
  return "figures only, as cited";
}

const ComponentTable& table_of(const CsvTable& csv) {
  std::string list;
  for (const ComponentTable& table : tables) {
    if (csv.has_column(table.own)) return table;
    list += fmt::format("{}{} ('{}')", list.empty() ? "" : ", ", table.name, table.own);
  }
  throw InvalidInput(csv.file + ":1: no component table: none of the columns that tell them apart: " + list +
                     ": give one of these tables");
}

void append_once(std::string& list, std::string_view item, std::string_view separator) {
  if (list.empty()) {
    list = item;
  } else if (list != item && list.find(std::string(item) + std::string(separator)) == std::string::npos &&
             !list.ends_with(std::string(separator) + std::string(item))) {
    list += std::string(separator) + std::string(item);
  }
}

std::string& fact(Provenance& provenance, const std::string& key) {
  for (auto& [name, value] : provenance.environment) {
    if (name == key) return value;
  }
  return provenance.environment.emplace_back(key, "").second;
}

// What the row says of its accelerator and its source.
void cite(const PublishedRow& row, const Component& component, Provenance& provenance) {
  const std::string& source = row.word("source");
  const std::string& trust = row.word("trust");
  if (trust != "A" && trust != "B" && trust != "C") row.fail("trust", "write A, B or C");
  append_once(provenance.licence, licence_of(source), "; ");
  append_once(provenance.source, source, ", ");
  append_once(provenance.started, row.word("date"), ", ");  // as published: a year, or a month
  const std::string version = row.text(row.has("library") ? "library" : "date");
  append_once(fact(provenance, "published." + component.origin),
              fmt::format("{} ({}{}, trust {})", row.word("source_path_or_url"),
                          row.has("library") ? version + ", " : "", row.word("date"), trust),
              "; ");
  if (component.peak > 0) {
    std::string& peak = fact(provenance, "device.memory.bandwidth");
    const std::string stated = number_text(component.peak);
    if (!peak.empty() && peak != stated)
      row.fail("mem_bw_GBps_peak", "is another peak than earlier rows state for this accelerator: use one");
    peak = stated;
  }
}

Run& run_of(const std::string& accelerator, std::string_view table, std::vector<Run>& runs) {
  const std::string machine = folded(accelerator);
  for (Run& run : runs) {
    if (run.provenance.machine == machine) return run;
  }
  Run& run = runs.emplace_back();
  run.provenance.machine = machine;
  run.provenance.run_id = fmt::format("published-{}", table);
  run.provenance.mode = "standard";
  run.provenance.state = State::complete;
  run.provenance.licence.clear();
  return run;
}

// Point by point, so that a point published twice becomes two samples.
class Places {
 public:
  Measurement& at(Run& run, const Component& component) {
    const auto key = std::make_tuple(run.provenance.machine, component.table.probe, to_text(component.point));
    const auto [found, added] = places_.emplace(key, run.measurements.size());
    if (added) {
      if (!find_table(run, component.table.probe)) run.tables.push_back(component.table);
      Measurement measurement;
      measurement.probe = component.table.probe;
      measurement.point = component.point;
      measurement.quantity = component.table.quantity;
      measurement.flags.imported = true;
      run.measurements.push_back(std::move(measurement));
    }
    return run.measurements[found->second];
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> places_;
};

void add(const Component& component, Measurement& measurement) {
  if (component.skipped) {
    measurement.status = Status::skipped;
    measurement.reason = component.reason;
    return;
  }
  Sample sample = component.sample;
  sample.repetition = int(measurement.samples.size());
  sample.start = double(sample.repetition);  // rows of a point have an order, and no times
  measurement.samples.push_back(sample);
  if (measurement.status == Status::failed) return;
  measurement.status = component.reason.empty() ? Status::not_converged : Status::failed;
  measurement.reason =
      component.reason.empty() ? "Published without repetitions: nothing says how well it repeats." : component.reason;
}

// A kernel that beats the memory at some size is served by a cache there, and by part of it at every smaller size (or
// its bytes are miscounted, and those of the others too). One curve: a probe, a type and a library.
void fail_cached(Run& run) {
  const auto curve = [](const Measurement& m) {
    return m.probe + " " + (m.point.has("type") ? m.point.word("type") + " " + m.point.word("library") : "");
  };
  const auto bytes = [](const Measurement& m) { return m.samples.front().bytes; };
  std::map<std::string, double> largest;
  for (const Measurement& m : run.measurements) {
    if (m.point.has("type") && m.status == Status::failed) largest[curve(m)] = std::max(largest[curve(m)], bytes(m));
  }
  for (Measurement& m : run.measurements) {
    if (!m.point.has("type") || m.status == Status::failed) continue;
    const auto found = largest.find(curve(m));
    if (found == largest.end() || bytes(m) > found->second) continue;
    m.status = Status::failed;
    m.reason = fmt::format("Not larger than {}, at which this library is faster than the memory: in part from a cache.",
                           format(found->second, Unit::byte));
  }
}

}  // namespace

std::vector<Run> parse_published(std::string_view text, const std::string& named) {
  const CsvTable csv = parse_csv(text, named);
  const ComponentTable& table = table_of(csv);
  std::vector<Run> runs;
  std::set<std::string> ids;
  Places places;
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    const PublishedRow row(csv, i);
    if (!ids.insert(row.word("id")).second) row.fail("id", "stands twice: remove one of the rows");
    const Component component = table.read(row);
    Run& run = run_of(row.word("accelerator"), table.name, runs);
    cite(row, component, run.provenance);
    add(component, places.at(run, component));
  }
  if (runs.empty()) throw InvalidInput(named + ": has no rows: give a table with measurements");
  for (Run& run : runs) fail_cached(run);
  return runs;
}

std::vector<Run> read_published(const std::filesystem::path& file) {
  return parse_published(read_text(file), file.string());
}

}  // namespace sextant::results
