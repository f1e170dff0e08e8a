// SPDX-License-Identifier: Apache-2.0
#include "results/record/point.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "results/record/csv.hpp"

namespace sextant::results {
namespace {

const Value* value_at(const Point& point, std::string_view axis) {
  for (const auto& [name, value] : point.coordinates()) {
    if (name == axis) return &value;
  }
  return nullptr;
}

template <class Wanted>
const Wanted& value_as(const Point& point, std::string_view axis, const char* what) {
  const Value* value = value_at(point, axis);
  if (!value) throw std::out_of_range("the point has no axis '" + std::string(axis) + "'");
  const Wanted* wanted = std::get_if<Wanted>(value);
  if (!wanted) throw std::out_of_range("axis '" + std::string(axis) + "' is no " + what);
  return *wanted;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Words that stand without quotes: they start with a letter, so that none is taken for a number.
bool is_bare(std::string_view word) {
  return !word.empty() && is_letter(word.front()) && word != "inf" && word != "nan" &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') ||
                  std::string_view("-.+:/*%@").find(c) != std::string_view::npos;
         });
}

std::string quoted(std::string_view word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string word_text(std::string_view word) { return is_bare(word) ? std::string(word) : quoted(word); }

std::string value_text(const Value& value) {
  if (const auto* word = std::get_if<std::string>(&value)) return word_text(*word);
  const double number = std::get<double>(value);
  if (!std::isfinite(number)) throw std::invalid_argument("a coordinate that is not a finite number");
  return number_text(number);
}

// Takes one token off `text`: a quoted word, or everything up to `stop`.
struct Token {
  std::string text;
  bool quoted = false;
};
Token take(std::string_view& text, char stop) {
  Token token;
  if (!text.starts_with('"')) {
    const auto end = std::min(text.find(stop), text.size());
    token.text = text.substr(0, end);
    text.remove_prefix(end);
    return token;
  }
  token.quoted = true;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return token;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    token.text += text[i];
  }
  throw std::invalid_argument("a point with a quote that is not closed");
}

Value to_value(const Token& token) {
  if (token.quoted || is_bare(token.text)) return token.text;
  return number_from_text(token.text);
}

}  // namespace

void Point::set(std::string axis, Value value) {
  for (auto& [name, old] : coordinates_) {
    if (name != axis) continue;
    old = std::move(value);
    return;
  }
  coordinates_.emplace_back(std::move(axis), std::move(value));
}

double Point::number(std::string_view axis) const { return value_as<double>(*this, axis, "number"); }
const std::string& Point::word(std::string_view axis) const { return value_as<std::string>(*this, axis, "word"); }
bool Point::has(std::string_view axis) const { return value_at(*this, axis) != nullptr; }

std::string to_text(const Point& point) {
  std::string text;
  for (const auto& [axis, value] : point.coordinates()) {
    text += (text.empty() ? "" : " ") + word_text(axis) + "=" + value_text(value);
  }
  return text;
}

Point point_from_text(std::string_view text) {
  const std::string whole(text);
  const auto require = [&](bool holds) {
    if (holds) return;
    throw std::invalid_argument("'" + whole +
                                "' is no point: write axis=value, apart by single spaces, each axis once");
  };
  Point point;
  while (!text.empty()) {
    const Token axis = take(text, '=');
    require(text.starts_with('=') && (axis.quoted || is_bare(axis.text)) && !point.has(axis.text));
    text.remove_prefix(1);
    point.set(axis.text, to_value(take(text, ' ')));
    require(text.empty() || (text.starts_with(' ') && text.size() > 1));
    if (!text.empty()) text.remove_prefix(1);
  }
  return point;
}

}  // namespace sextant::results
