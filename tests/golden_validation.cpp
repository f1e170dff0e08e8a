// SPDX-License-Identifier: Apache-2.0
// How wrong predictions of published measurements are, whatever is left out of the fit, against what was committed. An
// error that moves is a decision, never an accident of a change elsewhere:
//   golden_validation check FOLDER            lists what moved; exit code 1 if anything did
//   golden_validation update FOLDER REASON    writes FOLDER/validation.csv, each new figure beside the old one and the
//                                             reason, FOLDER/validation_beside.csv and FOLDER/discrepancy.csv
// FOLDER is results/reference, whose components/ and published/ are predicted.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "analysis/validation/case_reader.hpp"
#include "analysis/validation/reference_tables.hpp"
#include "results/record/csv.hpp"
#include "results/record/write_file.hpp"

namespace {

namespace fs = std::filesystem;
using namespace sextant;

// Another compiler adds in another order; what people read has two digits.
constexpr double relative = 0.03, absolute = 0.003;
constexpr std::size_t keys = 4;  // columns that name a row: left_out, group, judged, trust

struct Row {
  std::vector<std::string> cells;  // figures
  std::string before, reason;
};
using Table = std::map<std::vector<std::string>, Row>;

Table table_of(const results::CsvTable& csv) {
  Table table;
  const bool kept = csv.header.back() == "reason";
  for (const auto& cells : csv.rows) {
    const auto figures = cells.begin() + keys;
    const auto end = kept ? cells.end() - 2 : cells.end();
    table[{cells.begin(), figures}] = {
        {figures, end}, kept ? cells[cells.size() - 2] : std::string(), kept ? cells.back() : std::string()};
  }
  return table;
}

std::string joined(const std::vector<std::string>& cells) { return fmt::format("{}", fmt::join(cells, " ")); }

bool moved(const Row& a, const Row& b) {
  for (std::size_t i = 0; i < a.cells.size(); ++i) {
    if (a.cells[i] == b.cells[i]) continue;
    if (a.cells[i].empty() || b.cells[i].empty()) return true;
    const double x = results::number_from_text(a.cells[i]), y = results::number_from_text(b.cells[i]);
    if (!(std::abs(x - y) <= absolute + relative * std::max(std::abs(x), std::abs(y)))) return true;
  }
  return false;
}

int check(const Table& committed, const Table& now) {
  int wrong = 0;
  for (const auto& [key, row] : now) {
    const auto old = committed.find(key);
    if (old != committed.end() && !moved(old->second, row)) continue;
    ++wrong;
    fmt::print("{}: {} was committed, {} is found\n", joined(key),
               old == committed.end() ? "nothing" : joined(old->second.cells), joined(row.cells));
  }
  for (const auto& [key, row] : committed) {
    if (now.contains(key)) continue;
    ++wrong;
    fmt::print("{}: was committed, and is no longer found\n", joined(key));
  }
  if (wrong > 0) fmt::print("if that is right: golden_validation update FOLDER \"REASON\"\n");
  return wrong > 0 ? 1 : 0;
}

void update(const fs::path& file, const std::vector<std::string>& header, const Table& committed, Table now,
            const std::string& reason) {
  std::vector<std::string> columns = header;
  columns.insert(columns.end(), {"before", "reason"});
  std::string text = results::csv_line(columns);
  for (auto& [key, row] : now) {
    const auto old = committed.find(key);
    if (old == committed.end()) {
      row.reason = reason;
    } else if (moved(old->second, row)) {
      row.before = joined(old->second.cells);
      row.reason = reason;
    } else {
      row = old->second;
    }
    std::vector<std::string> line = key;
    line.insert(line.end(), row.cells.begin(), row.cells.end());
    line.insert(line.end(), {row.before, row.reason});
    text += results::csv_line(line);
  }
  results::replace_file(file, text);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool updating = arguments.size() == 3 && arguments[0] == "update" && !arguments[2].empty();
  if (!updating && !(arguments.size() == 2 && arguments[0] == "check")) {
    fmt::print(stderr, "golden_validation check FOLDER | golden_validation update FOLDER REASON\n");
    return 2;
  }
  const fs::path folder = arguments[1], file = folder / "validation.csv";
  const auto catalogue = analysis::load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  const auto rows = analysis::read_cases({folder / "components", folder / "published"}, catalogue);
  const auto validations = analysis::all_validations(rows, catalogue);
  const results::CsvTable found = results::parse_csv(analysis::score_table(validations), "what is found");
  const Table committed = fs::exists(file) ? table_of(results::read_csv(file)) : Table();
  if (!updating) return check(committed, table_of(found));
  update(file, found.header, committed, table_of(found), arguments[2]);
  results::replace_file(folder / "validation_beside.csv", analysis::beside_table(validations));
  results::replace_file(folder / "discrepancy.csv", analysis::discrepancy_table(validations));
  return 0;
}
