// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/case_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "analysis/validation/case_rows.hpp"
#include "analysis/validation/physics.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::CsvTable;
using results::InvalidInput;
using results::PublishedRow;

constexpr std::string_view decode_columns[] = {
    "id",    "source",    "accelerator", "n_accel",      "mem_bw_GBps_peak", "peak_tflops", "model",  "engine",
    "batch", "input_len", "tp",          "weight_dtype", "kv_dtype",         "output_len",  "metric", "value",
    "unit",  "use",       "trust"};
constexpr std::string_view collective_columns[] = {"id",   "source", "accelerator",   "n_accel",    "library",
                                                   "mode", "op",     "message_bytes", "latency_us", "trust"};
constexpr std::string_view product_columns[] = {"id",      "source",       "accelerator", "mem_bw_GBps_peak",
                                                "library", "dtype",        "m",           "n",
                                                "k",       "weight_bytes", "latency_us",  "trust"};
constexpr std::string_view attention_columns[] = {
    "id",      "source",   "accelerator", "mem_bw_GBps_peak", "library",  "kv_dtype",   "batch",
    "q_heads", "kv_heads", "head_dim",    "context",          "kv_bytes", "latency_us", "trust"};
constexpr std::string_view memory_columns[] = {"id",     "source", "accelerator", "mem_bw_GBps_peak",
                                               "metric", "value",  "unit",        "trust"};

struct TableKind {
  std::string_view name;
  std::span<const std::string_view> columns;
  Case (*read)(const PublishedRow&, const Catalogue&);

  std::size_t present(const CsvTable& table) const {
    return static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(),
                                                  [&](std::string_view column) { return table.has_column(column); }));
  }
};
constexpr std::array<TableKind, 5> kinds{{{"decode runs", decode_columns, decode_case_of},
                                          {"collectives", collective_columns, collective_case_of},
                                          {"matrix products", product_columns, product_case_of},
                                          {"decode attention", attention_columns, attention_case_of},
                                          {"memory figures", memory_columns, memory_case_of}}};

// The kind that most columns speak for, of those with as many the one that lacks fewest.
const TableKind& kind_of(const CsvTable& table) {
  const auto worth = [&](const TableKind& kind) {
    const std::size_t present = kind.present(table);
    return std::pair(present, -static_cast<long>(kind.columns.size() - present));
  };
  const TableKind& kind = *std::max_element(
      kinds.begin(), kinds.end(), [&](const TableKind& a, const TableKind& b) { return worth(a) < worth(b); });
  for (const std::string_view column : kind.columns) {
    if (table.has_column(column)) continue;
    throw InvalidInput(fmt::format("{}:1: column '{}' is missing: a table of {} has {}", table.file, column, kind.name,
                                   fmt::join(kind.columns, ", ")));
  }
  return kind;
}

std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::filesystem::path> inside;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.path().extension() == ".csv") inside.push_back(entry.path());
    }
    if (inside.empty()) throw InvalidInput(path.string() + ": has no *.csv file: name a folder of published tables");
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

void screen(Case& c, const Catalogue& catalogue) {
  if (!c.refused.empty()) return;
  if (const auto reason = beats_physics(c, catalogue)) {
    c.refused = *reason;
    c.impossible = true;
  }
}

}  // namespace

std::vector<Case> read_cases(const std::vector<std::filesystem::path>& paths, const Catalogue& catalogue) {
  std::vector<Case> cases;
  std::map<std::string, std::string> places;
  for (const std::filesystem::path& file : files_of(paths)) {
    const CsvTable table = results::read_csv(file);
    const TableKind& kind = kind_of(table);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      const PublishedRow row(table, i);
      Case c = kind.read(row, catalogue);
      c.file = table.file;
      c.line = table.lines[i];
      const auto [at, fresh] = places.emplace(c.id, fmt::format("{}:{}", c.file, c.line));
      if (!fresh) row.fail("id", "stands at " + at->second + " too: remove one of the rows");
      screen(c, catalogue);
      cases.push_back(std::move(c));
    }
  }
  mark_cached(cases);
  return cases;
}

std::vector<Case> with_metric(const std::vector<Case>& cases, Metric metric) {
  std::vector<Case> kept;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(kept), [&](const Case& c) { return c.metric == metric; });
  return kept;
}

}  // namespace sextant::analysis
