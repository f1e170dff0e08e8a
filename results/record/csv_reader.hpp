// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/record/csv.hpp"

struct csv_parser;  // of libcsv

// Inside results/record only.
namespace sextant::results {

// A CSV file row by row. One row is in memory and cells are converted where they stand, so that a table may be larger
// than the memory. What is accepted and what the errors say is as for parse_csv.
class CsvReader {
 public:
  // Reads the header. Throws InvalidInput.
  explicit CsvReader(const std::filesystem::path& file, bool keep_whole_rows_only = false);
  CsvReader(std::string_view text, std::string named, bool keep_whole_rows_only);  // `text` must outlive the reader
  CsvReader(CsvReader&&) = delete;                                                 // it holds a view of its own buffer

  const std::string& file() const { return named_; }  // as errors name it
  const std::vector<std::string>& header() const { return header_; }

  // Goes on to the next row; false when there is none. Throws InvalidInput for a damaged row, which ends the file.
  bool next();

  // Of the row that next() went to.
  int line() const { return row_line_; }  // its first line in the file, header = 1
  std::string_view cell(std::size_t column) const;
  double number(std::size_t column) const;           // empty cell: NaN; else throws InvalidInput
  double required_number(std::size_t column) const;  // throws for an empty cell too
  int whole_number(std::size_t column) const;
  [[noreturn]] void fail(std::size_t column, std::string_view fix) const;

 private:
  void read_header();
  bool advance();
  std::string_view take_piece();
  std::size_t find_line();
  static void on_cell(void* text, std::size_t size, void* self);
  static void on_row(int, void* self);

  struct Free {
    void operator()(csv_parser* parser) const;
  };
  std::unique_ptr<csv_parser, Free> parser_;
  std::string named_;
  bool whole_rows_only_;
  std::optional<InputFile> in_;  // none for a text in memory
  std::string buffer_;           // what was read of the file and not yet parsed, and some of what was
  std::string_view rest_;        // not yet parsed
  std::size_t line_left_ = 0;    // bytes of the line in hand at the start of rest_
  int line_ = 1;
  std::vector<std::string> header_;
  std::string cells_;              // of the row, without separators
  std::vector<std::size_t> ends_;  // of each cell in cells_
  int row_line_ = 1;
  bool open_ = false;  // the row goes on over several lines
  bool done_ = false;  // the row has ended
};

}  // namespace sextant::results
