// SPDX-License-Identifier: Apache-2.0
#include "analysis/catalogue/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {

using results::folded;
using results::suggestion;
namespace {

using results::CsvTable;
using results::InvalidInput;

// Columns whose cells are words (a year is a name here: nothing is computed from it). Every other column needs a unit.
constexpr std::array word_columns{"id",   "name",      "aliases",    "vendor",   "year",   "class", "memory",
                                  "link", "attention", "arithmetic", "evidence", "source", "note"};

bool is_word_column(std::string_view column) {
  return std::find(word_columns.begin(), word_columns.end(), column) != word_columns.end();
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    if (!part.empty()) parts.emplace_back(part);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return parts;
}

struct FigureColumn {
  std::string name, unit_text;
  results::Amount one;  // what "1" in this column is in SI
};

// "capacity[GB]" -> capacity, GB. Throws InvalidInput when there is no unit, or one that does not exist.
FigureColumn figure_column(const CsvTable& table, const std::string& column) {
  const auto open = column.find('[');
  if (open == std::string::npos || column.back() != ']') {
    throw InvalidInput(table.file + ":1: column '" + column + "' has no unit: write '" + column +
                       "[GB/s]', with the unit its numbers have, or [1] for a count");
  }
  const std::string unit = column.substr(open + 1, column.size() - open - 2);
  try {
    return {column.substr(0, open), unit, results::parse_amount("1 " + unit)};
  } catch (const std::invalid_argument& error) {
    throw InvalidInput(table.file + ":1: column '" + column + "': " + error.what());
  }
}

// One row is one entry: devices, models, precisions.
void read_wide(Catalogue& catalogue, Kind kind, const std::filesystem::path& file) {
  const CsvTable table = results::read_csv(file);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    Entry entry;
    entry.kind = kind;
    entry.id = table.cell(row, "id");
    entry.place = std::filesystem::path(table.file).filename().string() + ":" + std::to_string(table.lines[row]);
    entry.name = table.has_column("name") ? table.cell(row, "name") : entry.id;
    entry.aliases = split(table.cell(row, "aliases"), ';');
    for (const std::string& column : table.header) {
      if (is_word_column(column)) {
        entry.words.emplace_back(column, table.cell(row, column));
        continue;
      }
      const FigureColumn figure = figure_column(table, column);
      const double value = table.number(row, column) * figure.one.value;
      entry.figures.push_back({figure.name, results::exactly(value), figure.one.unit, figure.unit_text, true,
                               table.cell(row, "evidence"), table.cell(row, "source"), table.cell(row, "note")});
    }
    catalogue.entries.push_back(std::move(entry));
  }
}

// A figure of a long table; units that are no unit of ours are kept as text and cannot be used by a design.
PublishedFigure read_figure(const CsvTable& table, std::size_t row) {
  PublishedFigure figure;
  figure.name = table.cell(row, "parameter");
  figure.unit_text = table.cell(row, "unit");
  figure.evidence = table.cell(row, "evidence");
  figure.source = table.cell(row, "source");
  figure.note = table.cell(row, "note");
  if (figure.unit_text.empty())
    table.fail(row, "unit", "a number needs a unit: write B/s, s, 1 for a ratio or a count");
  double scale = 1;
  try {
    const results::Amount one = results::parse_amount("1 " + figure.unit_text);
    figure.unit = one.unit;
    scale = one.value;
  } catch (const std::invalid_argument&) {
    figure.usable = false;
  }
  const auto at = [&](const char* column) { return table.number(row, column) * scale; };
  figure.estimate = {at("nominal"), at("low"), at("high")};
  if (std::isnan(figure.estimate.low)) figure.estimate.low = figure.estimate.value;
  if (std::isnan(figure.estimate.high)) figure.estimate.high = figure.estimate.value;
  if (!(figure.estimate.low <= figure.estimate.value && figure.estimate.value <= figure.estimate.high)) {
    table.fail(row, "nominal", "must lie between low and high");
  }
  return figure;
}

// Many rows are one entry: technologies, interconnects.
void read_long(Catalogue& catalogue, Kind kind, const std::filesystem::path& file, const char* key) {
  const CsvTable table = results::read_csv(file);
  std::map<std::string, std::size_t> seen;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& id = table.cell(row, key);
    const auto [at, fresh] = seen.emplace(id, catalogue.entries.size());
    if (fresh) catalogue.entries.push_back({kind, id, id, {}, {}, {}, {}});
    Entry& entry = catalogue.entries[at->second];
    for (std::string& alias : split(table.cell(row, "aliases"), ';')) entry.aliases.push_back(std::move(alias));
    PublishedFigure figure = read_figure(table, row);
    if (lookup(entry, figure.name)) table.fail(row, "parameter", "is given twice for '" + id + "': keep one row");
    entry.figures.push_back(std::move(figure));
  }
}

void add_name(Catalogue& catalogue, std::size_t position, const std::string& text) {
  const Entry& entry = catalogue.entries[position];
  const auto [at, fresh] = catalogue.index.emplace(std::pair(entry.kind, folded(text)), position);
  if (!fresh && at->second != position) {
    throw InvalidInput("catalogue: the " + std::string(name(entry.kind)) + " name '" + text + "' stands for both '" +
                       catalogue.entries[at->second].id + "' and '" + entry.id + "': remove it from one");
  }
}

Kind kind_from_name(const CsvTable& table, std::size_t row) {
  for (const Kind kind : {Kind::technology, Kind::device, Kind::model, Kind::interconnect, Kind::precision}) {
    if (name(kind) == table.cell(row, "kind")) return kind;
  }
  table.fail(row, "kind", "write technology, device, model, interconnect or precision");
}

// A source that disagrees widens the interval; the table's own value stays the nominal one.
void apply(Catalogue& catalogue, const Conflict& conflict) {
  Entry& entry = catalogue.entries[catalogue.index.at({conflict.kind, folded(conflict.entity)})];
  for (PublishedFigure& figure : entry.figures) {
    if (figure.name != conflict.field) continue;
    figure.estimate.low = std::min(figure.estimate.low, conflict.value);
    figure.estimate.high = std::max(figure.estimate.high, conflict.value);
    figure.note += (figure.note.empty() ? "" : "; ") + results::format(conflict.value, conflict.unit) +
                   " according to " + conflict.source;
  }
}

void read_conflicts(Catalogue& catalogue, const std::filesystem::path& file) {
  const CsvTable table = results::read_csv(file);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    Conflict conflict{kind_from_name(table, row), table.cell(row, "entity"), table.cell(row, "field"), 0,
                      results::Unit::one,         table.cell(row, "source")};
    const Entry* entry = lookup(catalogue, conflict.kind, conflict.entity);
    if (!entry) table.fail(row, "entity", "is no entry of the catalogue");
    const PublishedFigure* figure = lookup(*entry, conflict.field);
    if (!figure) table.fail(row, "field", "is no figure of that entry");
    try {
      const auto amount = results::parse_amount(table.cell(row, "value") + " " + table.cell(row, "unit"));
      conflict.value = amount.value;
      conflict.unit = amount.unit;
    } catch (const std::invalid_argument& error) {
      table.fail(row, "unit", error.what());
    }
    if (conflict.unit != figure->unit) table.fail(row, "unit", "must be of the kind " + figure->unit_text);
    apply(catalogue, conflict);
    catalogue.conflicts.push_back(std::move(conflict));
  }
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::technology:
      return "technology";
    case Kind::device:
      return "device";
    case Kind::model:
      return "model";
    case Kind::interconnect:
      return "interconnect";
    case Kind::precision:
      return "precision";
  }
  return "";
}

Catalogue load_catalogue(const std::filesystem::path& folder) {
  Catalogue catalogue;
  read_long(catalogue, Kind::technology, folder / "technologies.csv", "technology");
  read_long(catalogue, Kind::interconnect, folder / "interconnects.csv", "interconnect");
  read_wide(catalogue, Kind::device, folder / "devices.csv");
  read_wide(catalogue, Kind::model, folder / "models.csv");
  read_wide(catalogue, Kind::precision, folder / "precisions.csv");
  for (std::size_t i = 0; i < catalogue.entries.size(); ++i) {
    const Entry& entry = catalogue.entries[i];
    add_name(catalogue, i, entry.id);
    add_name(catalogue, i, entry.name);
    for (const std::string& alias : entry.aliases) add_name(catalogue, i, alias);
  }
  read_conflicts(catalogue, folder / "conflicts.csv");
  catalogue.engines = load_engines(folder / "engines.csv");
  catalogue.weight_files = load_weight_files(folder / "weight_files.csv", catalogue);
  return catalogue;
}

const Entry* lookup(const Catalogue& catalogue, Kind kind, std::string_view text) {
  const auto at = catalogue.index.find({kind, folded(text)});
  return at == catalogue.index.end() ? nullptr : &catalogue.entries[at->second];
}

const Entry& find(const Catalogue& catalogue, Kind kind, std::string_view text) {
  if (const Entry* entry = lookup(catalogue, kind, text)) return *entry;
  std::vector<std::string> known;
  for (const auto& [key, position] : catalogue.index) {
    if (key.first == kind) known.push_back(key.second);
  }
  throw InvalidInput("no " + std::string(name(kind)) + " '" + std::string(text) + "' in the catalogue" +
                     suggestion(text, known));
}

const PublishedFigure* lookup(const Entry& entry, std::string_view figure) {
  const auto at = std::find_if(entry.figures.begin(), entry.figures.end(),
                               [&](const PublishedFigure& known) { return known.name == figure; });
  return at == entry.figures.end() || std::isnan(at->estimate.value) ? nullptr : &*at;
}

const PublishedFigure& find(const Entry& entry, std::string_view figure) {
  if (const PublishedFigure* known = lookup(entry, figure)) return *known;
  std::vector<std::string> known;
  for (const PublishedFigure& other : entry.figures) {
    if (!std::isnan(other.estimate.value)) known.push_back(other.name);
  }
  throw InvalidInput("the catalogue has no '" + std::string(figure) + "' for " + std::string(name(entry.kind)) + " '" +
                     entry.id + "'" + suggestion(figure, known));
}

std::string word(const Entry& entry, std::string_view column) {
  for (const auto& [key, value] : entry.words) {
    if (key == column) return value;
  }
  return "";
}

std::vector<std::string> names(const Catalogue& catalogue, Kind kind) {
  std::vector<std::string> ids;
  for (const Entry& entry : catalogue.entries) {
    if (entry.kind == kind) ids.push_back(entry.id);
  }
  return ids;
}

}  // namespace sextant::analysis
