// SPDX-License-Identifier: Apache-2.0
#include "results/import/text_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

constexpr std::string_view blanks = " \t";

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (auto at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(blanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(blanks, end);
  }
  return words;
}

std::vector<std::string_view> columns_of(std::string_view text) {
  std::vector<std::string_view> columns;
  text = trimmed(text);
  while (!text.empty()) {
    const auto end = std::min(text.find("  "), text.size());
    columns.push_back(text.substr(0, end));
    text = trimmed(text.substr(end));
  }
  return columns;
}

std::string_view TextLine::after(std::string_view key) const {
  const auto at = text.find(key);
  return at == std::string_view::npos ? std::string_view() : trimmed(text.substr(at + key.size()));
}

double TextLine::number_in(std::string_view column, std::string_view cell) const {
  try {
    return number_from_text(cell);
  } catch (const std::invalid_argument&) {
    fail(column, cell, "write a number such as 12.5, or let the tool write the file again");
  }
}

double TextLine::positive_in(std::string_view column, std::string_view cell) const {
  const double value = number_in(column, cell);
  if (!(value > 0)) fail(column, cell, "measure this again: it must be above zero");
  return value;
}

void TextLine::fail(std::string_view column, std::string_view value, std::string_view fix) const {
  throw InvalidInput(fmt::format("{}:{}: column '{}': value '{}': {}", file, number, column, value, fix));
}

std::vector<TextLine> text_lines(std::string_view text, std::string_view named) {
  if (text.empty()) throw InvalidInput(fmt::format("{}: is empty: give what the tool wrote", named));
  if (text.find('\0') != std::string_view::npos)
    throw InvalidInput(fmt::format("{}: is not a text (it holds zero bytes): give what the tool wrote", named));
  std::vector<TextLine> lines;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) {
      throw InvalidInput(fmt::format("{}:{}: the last line '{}' does not end: the file was cut, write it again", named,
                                     number, text.substr(0, 60)));
    }
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({named, number, line, words_of(line)});
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace sextant::results
