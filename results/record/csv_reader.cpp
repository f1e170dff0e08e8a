// SPDX-License-Identifier: Apache-2.0
#include "results/record/csv_reader.hpp"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>

namespace sextant::results {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t longest_row = std::size_t{16} << 20;  // bytes; so that a file that is no CSV does not fill memory

}  // namespace

void CsvReader::Free::operator()(csv_parser* parser) const {
  csv_free(parser);
  delete parser;
}

CsvReader::CsvReader(const std::filesystem::path& file, bool keep_whole_rows_only)
    : named_(file.string()), whole_rows_only_(keep_whole_rows_only), in_(file) {
  if (in_->append_to(buffer_)) rest_ = buffer_;
  read_header();
}

CsvReader::CsvReader(std::string_view text, std::string named, bool keep_whole_rows_only)
    : named_(std::move(named)), whole_rows_only_(keep_whole_rows_only), rest_(text) {
  read_header();
}

void CsvReader::read_header() {
  auto parser = std::make_unique<csv_parser>();
  if (csv_init(parser.get(), CSV_STRICT) != 0) throw std::bad_alloc();
  parser_.reset(parser.release());
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  if (!advance()) throw InvalidInput(fmt::format("{}:1: the file has no header: is it empty or cut off?", named_));
  for (std::size_t column = 0; column < ends_.size(); ++column) {
    const auto name = cell(column);
    if (std::find(header_.begin(), header_.end(), name) != header_.end())
      throw InvalidInput(fmt::format("{}:1: column '{}' stands twice: name each column once", named_, name));
    header_.emplace_back(name);
  }
}

bool CsvReader::next() {
  if (!advance()) return false;
  if (ends_.size() == header_.size()) return true;
  throw InvalidInput(
      fmt::format("{}:{}: the row has {} cells and the header {}: quote cells that hold commas, or add what is missing",
                  named_, row_line_, ends_.size(), header_.size()));
}

// Feeds the parser until a row ends. libcsv keeps no line numbers, so it is fed line by line.
bool CsvReader::advance() {
  cells_.clear();
  ends_.clear();
  done_ = false;
  while (!done_) {
    const std::string_view piece = take_piece();
    if (piece.empty()) return false;
    if (!open_) {
      row_line_ = line_;
      open_ = piece.find_first_not_of(" \t\r\n") != std::string_view::npos;
    }
    if (csv_parse(parser_.get(), piece.data(), piece.size(), on_cell, on_row, this) != piece.size()) {
      throw InvalidInput(fmt::format(
          "{}:{}: a quote stands inside a cell: put the whole cell in quotes and double the quotes inside it", named_,
          line_));
    }
    if (piece.back() == '\n') ++line_;
    if (cells_.size() > longest_row)
      throw InvalidInput(fmt::format("{}:{}: a row of more than 16 MiB: is a quote not closed?", named_, row_line_));
  }
  open_ = false;
  return true;
}

// A line with its newline, or as far as a carriage return: at most one row ends in a piece. Empty at the end.
std::string_view CsvReader::take_piece() {
  if (line_left_ == 0) line_left_ = find_line();
  if (line_left_ == 0) return {};
  const auto line = rest_.substr(0, line_left_);
  const auto piece = line.substr(0, std::min(line.find('\r'), line.size() - 1) + 1);
  rest_.remove_prefix(piece.size());
  line_left_ -= piece.size();
  return piece;
}

// Length of the next line, newline included; 0 at the end of the file, when all is well there.
std::size_t CsvReader::find_line() {
  for (std::size_t searched = 0;;) {
    const auto newline = rest_.find('\n', searched);
    if (newline != std::string_view::npos) return newline + 1;
    searched = rest_.size();
    if (searched > longest_row)
      throw InvalidInput(fmt::format("{}:{}: a line of more than 16 MiB: this is no CSV file", named_, line_));
    if (!in_) break;
    buffer_.erase(0, buffer_.size() - rest_.size());
    const bool more = in_->append_to(buffer_);
    rest_ = buffer_;
    if (!more) break;
  }
  if (whole_rows_only_) return 0;
  if (open_) {
    throw InvalidInput(fmt::format("{}:{}: a quote is opened and never closed: close it", named_, row_line_));
  }
  if (rest_.empty()) return 0;
  throw InvalidInput(
      fmt::format("{}:{}: the last line does not end in a newline: the file was cut off; complete or remove that line",
                  named_, line_));
}

void CsvReader::on_cell(void* text, std::size_t size, void* self) {
  auto& reader = *static_cast<CsvReader*>(self);
  reader.cells_.append(static_cast<const char*>(text), size);
  reader.ends_.push_back(reader.cells_.size());
}

void CsvReader::on_row(int, void* self) { static_cast<CsvReader*>(self)->done_ = true; }

std::string_view CsvReader::cell(std::size_t column) const {
  const std::size_t begin = column == 0 ? 0 : ends_.at(column - 1);
  return std::string_view(cells_).substr(begin, ends_.at(column) - begin);
}

double CsvReader::number(std::size_t column) const {
  const std::string_view text = cell(column);
  if (text.empty()) return std::nan("");
  try {
    return number_from_text(text);
  } catch (const std::invalid_argument&) {
    fail(column, "write a number such as 1.5e9, or leave the cell empty");
  }
}

double CsvReader::required_number(std::size_t column) const {
  try {
    return number_from_text(cell(column));
  } catch (const std::invalid_argument&) {
    fail(column, "write a number such as 1.5e9: this column is never empty");
  }
}

int CsvReader::whole_number(std::size_t column) const {
  const double value = required_number(column);
  if (!(std::abs(value) <= 2147483647.0) || value != std::floor(value)) fail(column, "write a whole number");
  return static_cast<int>(value);
}

void CsvReader::fail(std::size_t column, std::string_view fix) const {
  throw InvalidInput(
      fmt::format("{}:{}: column '{}': value '{}': {}", named_, row_line_, header_.at(column), cell(column), fix));
}

}  // namespace sextant::results
