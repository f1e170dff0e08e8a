// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "analysis/model/interconnect.hpp"

// A measured curve of an all-reduce as an interconnect: decode-model.md section 4.8 and case C1.
namespace sextant::analysis {

struct CurvePoint {
  double bytes = 0;
  double seconds = 0;
};

// The best of all breaks into up to three ranges of at least two sizes, each a line a + b n of least relative squares
// without negative coefficients. The interconnect is a ring, whose all-reduce has one formula: alpha = a/(2(p-1)),
// G = b p/(2(p-1)), the reciprocal of what nccl-tests call bus bandwidth. Points sorted by size, at least two; nothing
// for fewer, or for one rank.
std::optional<Interconnect> fit_regimes(std::span<const CurvePoint> points, double ranks, int ranges = 3);

}  // namespace sextant::analysis
