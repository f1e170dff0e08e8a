// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/scale.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sextant::analysis {
namespace {

// Rounding of log and pow must not lose a tick that stands exactly at the end of the range.
constexpr double slack = 1e-9;

}  // namespace

std::vector<double> ticks_log2(double low, double high, int most) {
  const int first = static_cast<int>(std::ceil(std::log2(low) - slack));
  const int last = static_cast<int>(std::floor(std::log2(high) + slack));
  int step = 1;
  while ((last - first) / step + 1 > most) ++step;
  std::vector<double> ticks;
  for (int exponent = first; exponent <= last; exponent += step) ticks.push_back(std::ldexp(1.0, exponent));
  return ticks;
}

std::vector<double> ticks_log10(double low, double high, int most) {
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  std::vector<double> ticks, decades;
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double tick = digit * std::pow(10.0, exponent);
      if (tick < low * (1 - slack) || tick > high * (1 + slack)) continue;
      ticks.push_back(tick);
      if (digit == 1) decades.push_back(tick);
    }
  }
  if (static_cast<int>(ticks.size()) <= most) return ticks;
  const std::size_t step = (decades.size() + static_cast<std::size_t>(most) - 1) / static_cast<std::size_t>(most);
  std::vector<double> kept;
  for (std::size_t i = 0; i < decades.size(); i += step) kept.push_back(decades[i]);
  return kept;
}

std::vector<double> ticks_linear(double high, int most) {
  if (!(high > 0)) return {0};
  double step = std::pow(10.0, std::floor(std::log10(high)) - 1);
  for (int i = 0; std::ceil(high / step - slack) + 1 > most; ++i) step *= (i % 3 == 1) ? 2.5 : 2.0;
  std::vector<double> ticks;
  for (int i = 0; ticks.empty() || ticks.back() < high * (1 - slack); ++i) ticks.push_back(i * step);
  return ticks;
}

std::string number_for_people(double value, results::Unit unit) {
  std::string text = results::format(value, unit);
  const std::size_t at = text.find(" u");
  if (at != std::string::npos) text.replace(at + 1, 1, "µ");
  return text;
}

std::string interval_text(double low, double high, results::Unit unit) {
  if (std::isnan(low) || std::isnan(high)) return "no interval";
  const std::string first = number_for_people(low, unit), second = number_for_people(high, unit);
  const std::size_t space = first.find(' ');
  const bool same_unit = space != std::string::npos && second.find(' ') != std::string::npos &&
                         first.substr(space) == second.substr(second.find(' '));
  return (same_unit ? first.substr(0, space) : first) + " to " + second;
}

std::string tick_text(double value, results::Unit unit) {
  const std::string text = number_for_people(value, unit);
  const std::size_t end = text.find_first_not_of("-0123456789.");
  std::string number = text.substr(0, end);
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
  }
  return end == std::string::npos ? number : number + text.substr(end);
}

std::string contention_text(double index) {
  return std::isnan(index) ? "not known" : fmt::format("+{:.1f} %", 100 * index);
}

}  // namespace sextant::analysis
