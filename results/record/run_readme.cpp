// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/record/run_package.hpp"

namespace sextant::results {
namespace {

std::string fact(const Provenance& provenance, std::string_view key) {
  const auto found = std::find_if(provenance.environment.begin(), provenance.environment.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return found == provenance.environment.end() ? "" : found->second;
}

std::string probe_lines(const Run& run) {
  std::string text;
  for (const Table& table : run.tables) {
    std::size_t points = 0, converged = 0, absent = 0;
    for (const Measurement& m : run.measurements) {
      if (m.probe != table.probe) continue;
      ++points;
      converged += m.status == Status::converged;
      absent += m.status == Status::skipped || m.status == Status::failed;
    }
    text += fmt::format("| [`{0}`]({0}.csv) | {1} | {2} | {3} | {4} |\n", table.probe, table.summary, points, converged,
                        absent);
  }
  return text;
}

std::string machine_lines(const Provenance& provenance) {
  std::string text = fmt::format("- machine: {}\n", provenance.machine);
  for (const char* key :
       {"cpu.model", "memory.total", "kernel.release", "virtualised", "build.version", "build.commit"}) {
    if (const std::string value = fact(provenance, key); !value.empty()) text += fmt::format("- {}: {}\n", key, value);
  }
  const bool any =
      std::any_of(provenance.warnings.begin(), provenance.warnings.end(), [](const auto& w) { return !w.empty(); });
  if (any) text += "\nWarnings of the run:\n\n";
  for (const std::string& warning : provenance.warnings) text += "- " + warning + "\n";
  return text;
}

// What canaries and bookkeeping took of the time of the worker processes; empty where no process says.
std::string watching_line(const std::vector<Launch>& launches) {
  double canaries = 0, bookkeeping = 0, seconds = 0;
  for (const Launch& launch : launches) {
    if (std::isnan(launch.canary_seconds) || std::isnan(launch.bookkeeping_seconds)) continue;
    canaries += launch.canary_seconds;
    bookkeeping += launch.bookkeeping_seconds;
    seconds += launch.seconds;
  }
  if (!(seconds > 0)) return "";
  return fmt::format(
      "\nWatching the machine cost {:.1f} % of the {} of the worker processes that say so: {} for canaries, {} for "
      "counters,\nrows and the order of the samples (`launches.csv`).\n",
      100 * (canaries + bookkeeping) / seconds, format(seconds, Unit::second), format(canaries, Unit::second),
      format(bookkeeping, Unit::second));
}

}  // namespace

std::string readme_text(const Run& run) {
  const Provenance& p = run.provenance;
  const std::string example = run.tables.empty() ? "summary" : run.tables.front().probe;
  return fmt::format(R"(# Sextant run {id} on {machine}

Mode {mode}, started {started}, seed {seed}, state {state}.{source}

| probe | what the number means | points | converged | skipped or failed |
|---|---|---|---|---|
{probes}
`summary.csv` has one row per point, the tables of the probes every repetition that was taken; `sextant check` on this
folder rebuilds the one from the others. `launches.csv` has one row per worker process. Columns, types and units are
described in `datapackage.json`. Values are SI, an empty cell means not available.
{watching}
## Machine

{machine_lines}
More in `environment.json`{topology}.

## Read it

```sql
-- DuckDB
SELECT point, median, low, high, unit, status FROM 'summary.csv' WHERE status NOT IN ('skipped', 'failed');
SELECT * FROM '{example}.csv' LIMIT 10;
```

```python
import pandas
summary = pandas.read_csv("summary.csv")
samples = pandas.read_csv("{example}.csv")
```

## Cite it

Sextant run {id} on {machine}, {started}, licence {licence}. Name the run and say what you changed.
)",
                     fmt::arg("id", p.run_id), fmt::arg("machine", p.machine), fmt::arg("mode", p.mode),
                     fmt::arg("started", p.started), fmt::arg("seed", p.seed), fmt::arg("state", name(p.state)),
                     fmt::arg("source", p.source.empty() ? "" : " Figures from: " + p.source + "."),
                     fmt::arg("probes", probe_lines(run)), fmt::arg("watching", watching_line(run.launches)),
                     fmt::arg("machine_lines", machine_lines(p)),
                     fmt::arg("topology", run.topology_xml.empty() ? "" : " and `topology.xml`"),
                     fmt::arg("example", example), fmt::arg("licence", p.licence));
}

}  // namespace sextant::results
