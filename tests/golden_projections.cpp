// SPDX-License-Identifier: Apache-2.0
// Every shipped workload on every shipped design, against the times that were committed. A prediction that moves by more
// than 0.1 % is a decision, never an accident of a change elsewhere:
//   golden_projections check FILE TREE            lists what moved; exit code 1 if anything did
//   golden_projections update FILE TREE REASON    writes the new times, each beside the old one and the reason
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "analysis/calibration/calibration.hpp"
#include "analysis/uncertainty/project.hpp"
#include "analysis/workloads/workload_reader.hpp"
#include "results/record/csv.hpp"
#include "results/record/run_folder.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sextant;

constexpr double tolerance = 1e-3;

struct Golden {
  analysis::Quantiles time;      // s per token; NaN where there is none
  std::string verdict = "time";  // "does not fit", "refused"
  double before = std::nan("");  // p50 that this one replaced
  std::string reason;            // why
};
using Table = std::map<std::pair<std::string, std::string>, Golden>;  // workload, design

const std::vector<std::string> header{"workload", "design",   "verdict", "time_p5",
                                      "time_p50", "time_p95", "before",  "reason"};

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The one run of the tree that was measured without a budget too short for it, calibrated with few draws.
results::Profile profile_of(const fs::path& tree) {
  const results::Run run = results::read_run(tree / "results/published/build-vm-2core/20261125-e67abaea");
  return analysis::calibrate({run}, {200, 1});
}

Table projected(const fs::path& tree) {
  const auto catalogue = analysis::load_catalogue(tree / "analysis/catalogue");
  const results::Profile profile = profile_of(tree);
  std::vector<analysis::Design> designs;
  for (const fs::path& file : files_below(tree / "analysis/designs"))
    designs.push_back(analysis::read_design(file, catalogue, {}, tree / "analysis/designs"));
  const analysis::ProjectionOptions options{
      .draws = 256,
      .seed = 1,
      .discrepancies = analysis::read_discrepancies(tree / "results/reference/discrepancy.csv")};
  Table table;
  for (const fs::path& file : files_below(tree / "analysis/workloads")) {
    const auto workload = analysis::read_workload(file, catalogue);
    for (const analysis::Design& design : designs) {
      const auto p = analysis::project_or_refuse(workload, design, profile, options);
      const char* verdict = !p.refused.empty() ? "refused" : p.fits ? "time" : "does not fit";
      table[{workload.name, design.name}] = {p.time_per_token, verdict, std::nan(""), {}};
    }
  }
  return table;
}

Table read(const fs::path& file) {
  const results::CsvTable csv = results::read_csv(file);
  Table table;
  for (const auto& row : csv.rows) {
    const auto number = [&](std::size_t c) {
      return row[c].empty() ? std::nan("") : results::number_from_text(row[c]);
    };
    table[{row[0], row[1]}] = {{number(3), number(4), number(5)}, row[2], number(6), row[7]};
  }
  return table;
}

void write(const fs::path& file, const Table& table) {
  std::ofstream out(file, std::ios::binary);
  out << results::csv_line(header);
  for (const auto& [key, golden] : table) {
    const auto text = [](double value) { return std::isnan(value) ? std::string() : fmt::format("{:.7g}", value); };
    out << results::csv_line({key.first, key.second, golden.verdict, text(golden.time.p5), text(golden.time.p50),
                              text(golden.time.p95), text(golden.before), golden.reason});
  }
}

bool moved(const Golden& a, const Golden& b) {
  if (a.verdict != b.verdict) return true;
  const auto far = [](double x, double y) {
    return !(std::isnan(x) && std::isnan(y)) && !(std::abs(x / y - 1) <= tolerance);
  };
  return far(a.time.p5, b.time.p5) || far(a.time.p50, b.time.p50) || far(a.time.p95, b.time.p95);
}

int check(const Table& committed, const Table& now) {
  int wrong = 0;
  const auto say = [&](const auto& key, const std::string& what) {
    if (++wrong <= 40) fmt::print("{} on {}: {}\n", key.first, key.second, what);
  };
  for (const auto& [key, golden] : now) {
    const auto old = committed.find(key);
    if (old == committed.end()) {
      say(key, "not among the committed times");
    } else if (moved(old->second, golden)) {
      say(key, fmt::format("{} {:.7g} s was committed, {} {:.7g} s is projected", old->second.verdict,
                           old->second.time.p50, golden.verdict, golden.time.p50));
    } else if (!std::isnan(old->second.before) && old->second.reason.empty()) {
      say(key, "has a time before and no reason for the change");
    }
  }
  for (const auto& [key, golden] : committed) {
    if (!now.contains(key)) say(key, "committed, but no longer shipped");
  }
  if (wrong > 0)
    fmt::print("{} of {} projections moved: if that is right, golden_projections update FILE TREE \"REASON\"\n", wrong,
               now.size());
  return wrong > 0 ? 1 : 0;
}

void update(const fs::path& file, const Table& committed, Table now, const std::string& reason) {
  for (auto& [key, golden] : now) {
    const auto old = committed.find(key);
    if (old == committed.end()) {
      golden.reason = reason;
    } else if (moved(old->second, golden)) {
      golden.before = old->second.time.p50;
      golden.reason = reason;
    } else {
      golden = old->second;
    }
  }
  write(file, now);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool updating = arguments.size() == 4 && arguments[0] == "update" && !arguments[3].empty();
  if (!updating && !(arguments.size() == 3 && arguments[0] == "check")) {
    fmt::print(stderr, "golden_projections check FILE TREE | golden_projections update FILE TREE REASON\n");
    return 2;
  }
  const Table committed = fs::exists(arguments[1]) ? read(arguments[1]) : Table();
  const Table now = projected(arguments[2]);
  if (!updating) return check(committed, now);
  update(arguments[1], committed, now, arguments[3]);
  return 0;
}
