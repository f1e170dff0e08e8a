// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "results/record/profile.hpp"

// What predictions of published runs missed after their parameters' own spread: the error of the model's form
// (decode-model.md section 6.5).
namespace sextant::analysis {

// A Student distribution of log(predicted/measured).
struct Discrepancy {
  double spread = 0;   // of the logarithm
  double freedom = 4;  // degrees
};

// n factors on a time, one from each of n equal strata, in an order that the seed decides. All 1 where spread is 0.
std::vector<double> discrepancy_factors(const Discrepancy& discrepancy, std::size_t n, std::uint64_t seed);

}  // namespace sextant::analysis
