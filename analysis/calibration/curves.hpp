// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/calibration/line_fit.hpp"
#include "analysis/calibration/observation.hpp"
#include "results/record/profile.hpp"

// Families whose time is a piecewise line in a number of bytes: collectives in the message (alpha + n G, decode-model.md
// section 4.8), kernels in the bytes they stream (overhead + n / bandwidth, section 4.2).
namespace sextant::analysis {

// What one piece supports, decided on the data once.
enum class Form {
  line,  // start and slope
  rate,  // the sizes do not tell start from slope: seconds a byte only, the start in it
  none   // too few sizes
};

struct Stretch {
  std::size_t begin, end;  // positions in the curve's points
  Form form;
  std::string refused;  // why there is no start, or no fit at all
};

struct Curve {
  std::string probe;
  results::Point at;  // what its points share: "ranks=8 library=nccl"
  std::vector<Stretch> stretches;
};

// Every curve of the data, with its breaks: collectives and messages (net.*, gpu.collective.*) by all axes but `bytes`,
// gpu.attention by type and library, gpu.gemv of one row by type and library.
std::vector<Curve> find_curves(const Observations& data);

// The points of a curve, ascending in size.
Observations points_of(const Observations& data, const Curve& curve);

// Bytes of one operation: of the axis `bytes` where there is one, else of the sample.
double size_of(const Observation& observation);

// One piece for each stretch.
std::vector<Piece> fit_curve(const Observations& points, const Curve& curve);

// The names, units and words of what a family makes of a piece.
struct Naming {
  std::string start, slope;
  bool slope_is_rate;  // the slope is published as its reciprocal, a bandwidth
  std::string assumption;
};
void add_pieces(const Observations& data, const Curve& curve, const Naming& naming,
                std::vector<results::Parameter>& into);

// "ranks=8 bytes=512..8192 library=nccl": the piece of a curve as a validity.
std::string validity_of(const Curve& curve, const Piece& piece);

}  // namespace sextant::analysis
