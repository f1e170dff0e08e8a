// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "analysis/calibration/observation.hpp"
#include "analysis/model/flash_surface.hpp"
#include "analysis/model/layer_stream.hpp"

namespace sextant::analysis {

// Bandwidth at every block and depth from that at some: the closed form, times what was measured over it, which is
// interpolated in the logarithms of depth and block. At a measured point it is what was measured; outside all, the form with
// the nearest correction, and no depth beyond the deepest that was measured.
class MeasuredSurface {
 public:
  // Points of storage.read in one order and way (surface_points()), not empty.
  MeasuredSurface(const FlashSurface& form, const Observations& points);

  double bandwidth(double block, double requests) const;  // byte/s
  bool covers(double block, double requests) const;       // inside what was measured

  // What the equations of layer_stream.hpp need to know.
  LayerReads reads(const LayerStream& stream) const;

 private:
  double correction(double block, double requests) const;

  FlashSurface form_;
  double deepest_ = 1;
  std::map<double, std::map<double, double>> corrections_;  // by log(block) and log(depth): log(measured / form)
};

}  // namespace sextant::analysis
