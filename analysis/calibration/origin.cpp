// SPDX-License-Identifier: Apache-2.0
#include "analysis/calibration/origin.hpp"

#include <sstream>

#include "results/record/csv.hpp"

namespace sextant::analysis {

namespace {

// `value` is a word, a number, or two numbers with dots between them.
bool lies_in(const results::Value& coordinate, const std::string& value) {
  if (const auto* word = std::get_if<std::string>(&coordinate)) return *word == value;
  const double number = std::get<double>(coordinate);
  const std::size_t dots = value.find("..");
  const double low = results::number_from_text(value.substr(0, dots));
  const double high = dots == std::string::npos ? low : results::number_from_text(value.substr(dots + 2));
  return low <= number && number <= high;
}

}  // namespace

bool feeds(const results::Measurement& measurement, const results::Parameter& parameter) {
  if (parameter.name.rfind(measurement.probe, 0) != 0) return false;
  std::istringstream words(parameter.validity);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    const std::string axis = word.substr(0, equals);
    if (equals == std::string::npos || !measurement.point.has(axis)) continue;
    for (const auto& [name, coordinate] : measurement.point.coordinates()) {
      if (name == axis && !lies_in(coordinate, word.substr(equals + 1))) return false;
    }
  }
  return true;
}

}  // namespace sextant::analysis
