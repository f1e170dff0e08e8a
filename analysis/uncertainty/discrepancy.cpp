// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/discrepancy.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/uncertainty/distribution.hpp"

namespace sextant::analysis {

std::vector<double> discrepancy_factors(const Discrepancy& discrepancy, std::size_t n, std::uint64_t seed) {
  std::vector<double> factors(n, 1.0);
  if (discrepancy.spread <= 0) return factors;
  const boost::math::students_t student(discrepancy.freedom);
  const std::vector<double> shares = stratified(seed, "discrepancy", n);
  for (std::size_t i = 0; i < n; ++i)
    factors[i] = std::exp(discrepancy.spread * boost::math::quantile(student, shares[i]));
  return factors;
}

}  // namespace sextant::analysis
