// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/calibration/observation.hpp"

// Products of several rows with one matrix: decode at batch sizes above one.
//   t = overhead + ((bytes / bandwidth)^p + (operations / rate)^p)^(1/p),  p = 3   (decode-model.md section 4.2)
// bytes are the weights' and 2 bytes for each activation read or written; operations are 2 rows n k.
namespace sextant::analysis {

inline constexpr double overlap = 3;  // p of the model; the published rows fit p from 2 to 4 equally well

struct ProductFit {
  double overhead = 0;   // s
  double bandwidth = 0;  // byte/s
  double rate = 0;       // flop/s
  double residual = 0;   // root mean square of the relative residuals
};

struct Products {
  results::Point at;  // "type=bf16 library=trtllm"
  double least_rows = 0, most_rows = 0;
  bool with_overhead = true;  // false: the matrices do not tell it from the bandwidth, which holds it
  bool with_rate = true;      // false: arithmetic shows in no row
  ProductFit start;           // the fit of the data, from which those of the draws begin
};

// Every choice of type and library that has products of two rows and more.
std::vector<Products> find_products(const Observations& data);

Observations points_of(const Observations& data, const Products& products);

// Least squares of relative errors with Huber weights, by Levenberg and Marquardt on the logarithms of the parameters.
ProductFit fit_products(const Observations& points, const Products& products);

// Seconds of a product of the point's shape.
double time_of(const ProductFit& fit, const Observation& point);

}  // namespace sextant::analysis
