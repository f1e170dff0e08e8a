// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sextant::results {

// A line of a tool's text that knows where it stands. Views into the text that was given.
struct TextLine {
  std::string_view file;  // as it is to be named in errors
  int number = 0;         // first = 1
  std::string_view text;  // without what ends it
  std::vector<std::string_view> words;

  bool starts_with(std::string_view beginning) const { return text.starts_with(beginning); }
  bool contains(std::string_view piece) const { return text.find(piece) != std::string_view::npos; }
  // What follows `key` without the spaces around it; empty where the line does not hold it.
  std::string_view after(std::string_view key) const;

  // Each names file, line, column, value and what to write instead.
  double number_in(std::string_view column, std::string_view cell) const;  // finite
  double positive_in(std::string_view column, std::string_view cell) const;
  [[noreturn]] void fail(std::string_view column, std::string_view value, std::string_view fix) const;
};

// The lines of a text, LF or CRLF. `named` must outlive them, as `text` must. Throws InvalidInput for what is no text
// (an empty file, zero bytes in it) and for a last line that was cut: every tool ends its last line.
std::vector<TextLine> text_lines(std::string_view text, std::string_view named);

std::string_view trimmed(std::string_view text);
std::vector<std::string_view> words_of(std::string_view text);    // between spaces and tabs
std::vector<std::string_view> columns_of(std::string_view text);  // between two spaces and more: names may hold one

}  // namespace sextant::results
