// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sextant::results {

using Value = std::variant<double, std::string>;  // a number in SI base units, or a word

// One place in a probe's sweep: a value on every axis, in the order of the axes.
class Point {
 public:
  Point() = default;
  Point(std::initializer_list<std::pair<std::string, Value>> coordinates) : coordinates_(coordinates) {}

  void set(std::string axis, Value value);  // appends, or replaces the value of an axis that is there

  double number(std::string_view axis) const;            // throws std::out_of_range when absent or a word
  const std::string& word(std::string_view axis) const;  // throws std::out_of_range when absent or a number
  bool has(std::string_view axis) const;

  const std::vector<std::pair<std::string, Value>>& coordinates() const { return coordinates_; }

  friend bool operator==(const Point&, const Point&) = default;

 private:
  std::vector<std::pair<std::string, Value>> coordinates_;
};

// "footprint=16384 threads=2": shortest round-trip numbers, the form used in summary.csv.
std::string to_text(const Point& point);

// Reads to_text back. Throws std::invalid_argument.
Point point_from_text(std::string_view text);

}  // namespace sextant::results
