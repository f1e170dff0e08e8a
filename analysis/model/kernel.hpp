// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/decode.hpp"

namespace sextant::analysis {

// Seconds of one kernel: its start, then memory and arithmetic that overlap imperfectly (decode-model.md
// section 4.2). Calibration fits it to products, validation to products and to attention.
inline double kernel_seconds(double overhead, double bytes, double bandwidth, double flops, double rate,
                             double exponent) {
  return overhead + overlapped(bytes / bandwidth, flops / rate, exponent);
}

}  // namespace sextant::analysis
