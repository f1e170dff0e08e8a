// SPDX-License-Identifier: Apache-2.0
#include "results/record/csv.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>

namespace sextant::results {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct RawRow {
  std::vector<std::string> cells;
  int line = 1;
};

// libcsv with the line numbers it does not keep: fed line by line, so that the first line of each row is known.
class Parser {
 public:
  Parser() {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  std::vector<RawRow> parse(std::string_view text, const std::string& file) {
    for (; !text.empty(); ++line_) {
      if (!open_) row_.line = line_;
      const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
      const auto line = text.substr(0, end);
      open_ = open_ || line.find_first_not_of(" \t\r\n") != std::string_view::npos;
      if (csv_parse(&parser_, line.data(), line.size(), on_cell, on_row, this) != line.size()) {
        throw InvalidInput(
            fmt::format("{}:{}: a quote stands inside a cell: put the whole cell in quotes and double the "
                        "quotes inside it",
                        file, line_));
      }
      text.remove_prefix(end);
    }
    if (csv_fini(&parser_, on_cell, on_row, this) != 0) {
      throw InvalidInput(fmt::format("{}:{}: a quote is opened and never closed: close it", file, row_.line));
    }
    return std::move(rows_);
  }

 private:
  static void on_cell(void* text, std::size_t size, void* self) {
    static_cast<Parser*>(self)->row_.cells.emplace_back(static_cast<const char*>(text), size);
  }
  static void on_row(int, void* self) {
    auto& parser = *static_cast<Parser*>(self);
    parser.rows_.push_back(std::move(parser.row_));
    parser.row_ = {{}, parser.line_};
    parser.open_ = false;
  }

  csv_parser parser_{};
  std::vector<RawRow> rows_;
  RawRow row_;
  int line_ = 1;
  bool open_ = false;  // inside a row that goes on over several lines
};

void check_header(const CsvTable& table) {
  for (auto name = table.header.begin(); name != table.header.end(); ++name) {
    if (std::find(table.header.begin(), name, *name) != name) {
      throw InvalidInput(fmt::format("{}:1: column '{}' stands twice: name each column once", table.file, *name));
    }
  }
}

}  // namespace

std::size_t CsvTable::column(std::string_view name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    throw InvalidInput(fmt::format("{}:1: column '{}' is missing: it has {}", file, name, fmt::join(header, ", ")));
  }
  return static_cast<std::size_t>(found - header.begin());
}

bool CsvTable::has_column(std::string_view name) const {
  return std::find(header.begin(), header.end(), name) != header.end();
}

const std::string& CsvTable::cell(std::size_t row, std::string_view name) const { return rows.at(row)[column(name)]; }

double CsvTable::number(std::size_t row, std::string_view name) const {
  const std::string& text = cell(row, name);
  if (text.empty()) return std::nan("");
  try {
    return number_from_text(text);
  } catch (const std::invalid_argument&) {
    fail(row, name, "write a number such as 1.5e9, or leave the cell empty");
  }
}

void CsvTable::fail(std::size_t row, std::string_view name, std::string_view fix) const {
  throw InvalidInput(
      fmt::format("{}:{}: column '{}': value '{}': {}", file, lines.at(row), name, cell(row, name), fix));
}

std::size_t whole_rows(std::string_view text) {
  std::size_t whole = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;  // a doubled quote flips twice
    if (text[i] == '\n' && !quoted) whole = i + 1;
  }
  return whole;
}

CsvTable parse_csv(std::string_view text, std::string named, bool keep_whole_rows_only) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (keep_whole_rows_only) text = text.substr(0, whole_rows(text));
  auto rows = Parser().parse(text, named);
  if (rows.empty()) throw InvalidInput(fmt::format("{}:1: the file has no header: is it empty or cut off?", named));
  if (text.back() != '\n') {
    throw InvalidInput(
        fmt::format("{}:{}: the last line does not end in a newline: the file was cut off; complete or "
                    "remove that line",
                    named, rows.back().line));
  }
  CsvTable table;
  table.file = std::move(named);
  table.header = std::move(rows.front().cells);
  check_header(table);
  table.rows.reserve(rows.size() - 1);
  table.lines.reserve(rows.size() - 1);
  for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
    if (row->cells.size() != table.header.size()) {
      throw InvalidInput(
          fmt::format("{}:{}: the row has {} cells and the header {}: quote cells that hold commas, or add "
                      "what is missing",
                      table.file, row->line, row->cells.size(), table.header.size()));
    }
    table.rows.push_back(std::move(row->cells));
    table.lines.push_back(row->line);
  }
  return table;
}

CsvTable read_csv(const std::filesystem::path& file, bool keep_whole_rows_only) {
  return parse_csv(read_text(file), file.string(), keep_whole_rows_only);
}

std::string csv_line(const std::vector<std::string>& cells) {
  if (cells.size() == 1 && cells.front().empty()) return "\"\"\n";  // an empty line would not be a row
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) line += ',';
    // Blanks at the ends are quoted too: readers may strip them (libcsv does).
    const bool blank_end =
        !cell.empty() && (cell.find_first_of(" \t") == 0 || cell.find_last_of(" \t") == cell.size() - 1);
    if (!blank_end && !cell.starts_with(byte_order_mark) && cell.find_first_of(",\"\r\n") == std::string::npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + '\n';
}

std::string number_text(double value) {
  if (std::isnan(value)) return {};
  if (std::isinf(value)) throw std::invalid_argument("an infinite number cannot be written to a file");
  return fmt::format("{}", value);
}

double number_from_text(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value)) {
    throw std::invalid_argument(fmt::format("'{}' is not a number", text));
  }
  return value;
}

std::string read_text(const std::filesystem::path& file) {
  const auto close = [](std::FILE* f) { std::fclose(f); };
  const std::unique_ptr<std::FILE, decltype(close)> in(std::fopen(file.c_str(), "rb"), close);
  const auto refuse = [&](int error) {
    throw InvalidInput(fmt::format("{}: cannot be read: {}", file.string(), std::generic_category().message(error)));
  };
  if (!in) refuse(errno);
  std::string text;
  char block[65536];
  while (const std::size_t got = std::fread(block, 1, sizeof block, in.get())) text.append(block, got);
  if (std::ferror(in.get())) refuse(errno);
  return text;
}

}  // namespace sextant::results
