// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sextant::results {

// A file that cannot be read or does not say what it must: names file, line, column, value and the fix. Exit code 3.
class InvalidInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One CSV file, header apart. Every row has as many cells as the header (a damaged row throws InvalidInput).
struct CsvTable {
  std::string file;  // as it is to be named in errors
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<int> lines;  // first line of each row in the file, header = 1

  std::size_t column(std::string_view name) const;  // throws InvalidInput naming file and column
  bool has_column(std::string_view name) const;
  const std::string& cell(std::size_t row, std::string_view name) const;
  double number(std::size_t row, std::string_view name) const;  // empty cell: NaN; else throws InvalidInput
  // convert(cell), where std::invalid_argument becomes an InvalidInput that says where the cell stands.
  template <class Convert>
  auto converted(std::size_t row, std::string_view name, Convert convert) const {
    try {
      return convert(cell(row, name));
    } catch (const std::invalid_argument& error) {
      fail(row, name, error.what());
    }
  }
  [[noreturn]] void fail(std::size_t row, std::string_view name, std::string_view fix) const;
};

// RFC 4180, UTF-8. `named` is the text used for the file in errors. Throws InvalidInput.
// A byte order mark and CRLF are accepted. With keep_whole_rows_only = false a last line that does not end in a newline
// is an error; with true it is dropped (a worker or the machine died while it was written: everything before it is
// whole).
CsvTable parse_csv(std::string_view text, std::string named, bool keep_whole_rows_only = false);

// Reads and parses a file, which errors name as `file` was given.
CsvTable read_csv(const std::filesystem::path& file, bool keep_whole_rows_only = false);

// Length of the part of `text` that consists of whole rows.
std::size_t whole_rows(std::string_view text);
// The same of a file, of any size. Throws InvalidInput.
std::size_t whole_rows_of_file(const std::filesystem::path& file);

// Joins cells to one line, quoting where RFC 4180 asks for it, "\n" at the end.
std::string csv_line(const std::vector<std::string>& cells);

// Shortest text that reads back to the same double; empty for NaN, "inf" never occurs in a file (throws).
std::string number_text(double value);

// The whole text must be a finite number. Throws std::invalid_argument.
double number_from_text(std::string_view text);

std::string read_text(const std::filesystem::path& file);  // throws InvalidInput

// A file that is read from its start, in blocks.
class InputFile {
 public:
  explicit InputFile(std::filesystem::path file);  // throws InvalidInput
  // Appends the next block of the file to `text`; false at its end. Throws InvalidInput.
  bool append_to(std::string& text);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path file_;
  std::unique_ptr<std::FILE, Close> in_;
};

}  // namespace sextant::results
