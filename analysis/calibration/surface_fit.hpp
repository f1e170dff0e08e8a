// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/calibration/observation.hpp"
#include "analysis/model/flash_surface.hpp"

// The closed form of decode-model.md section 4.5 (model/flash_surface.hpp), fitted to random reads over blocks and depths.
namespace sextant::analysis {

// Residuals against the scatter that the points show among their own launches (F test for lack of fit; Draper and Smith,
// Applied Regression Analysis, 1998, section 2.1).
struct LackOfFit {
  double ratio = 0;      // F: mean square of the residuals over that of the points' own scatter
  double limit = 0;      // what F of a form that holds exceeds once in twenty times
  double residual = 0;   // root mean square, relative, degrees of freedom counted
  double scatter = 0;    // standard error of a point's median, relative, root mean square
  std::string farthest;  // "block=4096 depth=64: +12 %": measured against fitted
  bool lacking() const { return ratio > limit; }
};

// What the data support, decided on them once.
struct SurfaceForm {
  bool fitted = false;         // false: nothing is; `refused` says why
  bool with_rate = false;      // false: bytes of one request take no time that shows; why, in `no_rate`
  bool with_queueing = false;  // false: the bandwidth bends as sharply as min()
  double page = 0;             // 0: no block shows one
  std::string refused, no_bandwidth, no_latency, no_rate, no_queueing, no_page;
  FlashSurface start;  // the fit of the data, from which those of the draws begin
  LackOfFit lack;
};

// Points of one pattern, method and kind of buffer, all of one thread, with the axes block and depth.
SurfaceForm find_surface(const Observations& points);

// Least squares of logarithms with Huber weights, by Levenberg and Marquardt on the logarithms of the parameters.
FlashSurface fit_surface(const Observations& points, const SurfaceForm& form);

}  // namespace sextant::analysis
