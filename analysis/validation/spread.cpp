// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/spread.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

constexpr double nominal = 0.9;
constexpr double least_error = 1e-3;  // of what is published to three digits

double nine_tenths(std::vector<double> errors) {
  for (double& error : errors) error = std::abs(error);
  std::sort(errors.begin(), errors.end());
  return std::max(results::quantile(errors, nominal), least_error);
}

// Geometric means: a unit ten times worse must not decide alone.
struct Logs {
  double sum = 0, count = 0;
  void add(double width) { sum += std::log(width), ++count; }
  double without(double width) const { return count > 1 ? (sum - std::log(width)) / (count - 1) : sum; }
  double mean() const { return count > 0 ? sum / count : 0; }
};

}  // namespace

double student_widening(double freedom) {
  const boost::math::students_t student(std::max(freedom, 1.0));
  return boost::math::quantile(student, 0.5 + nominal / 2) / 1.6449;
}

Spread::Spread(const Errors& errors, double strength, double units) {
  std::map<std::string, std::map<std::string, double>> alone;
  Logs all;
  for (const auto& [name, parts] : errors) {
    for (const auto& [unit, list] : parts) {
      if (!list.empty()) all.add(alone[name][unit] = nine_tenths(list));
    }
  }
  if (all.count == 0) return;
  others_ = std::exp(all.mean());
  std::vector<std::pair<double, double>> judged;  // error over width, weight
  for (const auto& [name, parts] : alone) {
    Logs own;
    for (const auto& [unit, width] : parts) own.add(width);
    widths_[name] = std::exp((own.sum + strength * all.mean()) / (own.count + strength));
    for (const auto& [unit, width] : parts) {
      const double rest = all.without(width);
      const double log_width = (own.sum - std::log(width) + strength * rest) / (own.count - 1 + strength);
      const auto& list = errors.at(name).at(unit);
      for (const double error : list)
        judged.emplace_back(std::abs(error) / std::exp(log_width), 1 / double(list.size()));
    }
  }
  std::sort(judged.begin(), judged.end());
  double below = 0;
  for (const auto& [ratio, weight] : judged) {
    factor_ = ratio;
    below += weight;
    if (below >= nominal * all.count) break;
  }
  factor_ *= student_widening(units - 1);
}

double Spread::width(const std::string& of_class) const {
  const auto found = widths_.find(of_class);
  return factor_ * (found == widths_.end() ? others_ : found->second);
}

}  // namespace sextant::analysis
