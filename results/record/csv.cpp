// SPDX-License-Identifier: Apache-2.0
#include "results/record/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <system_error>

#include "results/record/csv_reader.hpp"

namespace sextant::results {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Where the whole rows of a text end that comes in pieces.
class RowEnds {
 public:
  void add(std::string_view piece) {
    for (const char c : piece) {
      ++at_;
      if (c == '"') quoted_ = !quoted_;  // a doubled quote flips twice
      if (c == '\n' && !quoted_) whole_ = at_;
    }
  }
  std::size_t whole() const { return whole_; }

 private:
  std::size_t at_ = 0, whole_ = 0;
  bool quoted_ = false;
};

[[noreturn]] void refuse(const std::filesystem::path& file, int error) {
  throw InvalidInput(fmt::format("{}: cannot be read: {}", file.string(), std::generic_category().message(error)));
}

CsvTable whole_table(CsvReader&& reader) {
  CsvTable table{reader.file(), reader.header(), {}, {}};
  while (reader.next()) {
    auto& row = table.rows.emplace_back();
    row.reserve(table.header.size());
    for (std::size_t column = 0; column < table.header.size(); ++column) row.emplace_back(reader.cell(column));
    table.lines.push_back(reader.line());
  }
  return table;
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
  RowEnds ends;
  ends.add(text);
  return ends.whole();
}

std::size_t whole_rows_of_file(const std::filesystem::path& file) {
  RowEnds ends;
  InputFile in(file);
  for (std::string block; in.append_to(block); block.clear()) ends.add(block);
  return ends.whole();
}

CsvTable parse_csv(std::string_view text, std::string named, bool keep_whole_rows_only) {
  return whole_table(CsvReader(text, std::move(named), keep_whole_rows_only));
}

CsvTable read_csv(const std::filesystem::path& file, bool keep_whole_rows_only) {
  return whole_table(CsvReader(file, keep_whole_rows_only));
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

InputFile::InputFile(std::filesystem::path file) : file_(std::move(file)), in_(std::fopen(file_.c_str(), "rb")) {
  if (!in_) refuse(file_, errno);
}

bool InputFile::append_to(std::string& text) {
  constexpr std::size_t block = std::size_t{1} << 20;
  const std::size_t before = text.size();
  text.resize(before + block);
  const std::size_t got = std::fread(text.data() + before, 1, block, in_.get());
  if (std::ferror(in_.get())) refuse(file_, errno);
  text.resize(before + got);
  return got != 0;
}

std::string read_text(const std::filesystem::path& file) {
  InputFile in(file);
  std::string text;
  while (in.append_to(text)) continue;
  return text;
}

}  // namespace sextant::results
