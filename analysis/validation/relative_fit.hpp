// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sextant::analysis {

// Parameters of a model of times, fitted by least squares of predicted/measured - 1.
struct RelativeFit {
  std::vector<double> parameters;
  std::vector<double> inflation;  // variance of each over what it were, could it be told from the others
  double condition = 0;           // of the columns scaled to unit length
  double residual = 0;            // root mean square of the relative residuals
  std::string refusal;            // why the parameters must not be used; empty when they may
  bool refused() const { return !refusal.empty(); }
};

// Above it two parameters trade against each other and neither means what its name says (docs/statistics.md section 8).
inline constexpr double largest_inflation = 30;

// predict(parameters, i) -> what was measured as measured[i], in its unit. Gauss-Newton with differences of 1e-4 of each
// parameter's start, which must not be 0; the equations here are linear but for the overlap of memory and arithmetic.
// `names` are those of the parameters, for the refusal. Fewer rows than parameters are refused too.
RelativeFit fit_relative(std::span<const double> measured, std::vector<double> start,
                         const std::vector<std::string>& names,
                         const std::function<double(std::span<const double>, std::size_t)>& predict);

}  // namespace sextant::analysis
