// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/calibration/surface_fit.hpp"
#include "results/record/estimate.hpp"
#include "results/record/point.hpp"
#include "results/record/run.hpp"

// A stream of layers over this machine's flash (storage.stream_layers) predicted from the bandwidth of blocks alone
// (storage.read), by the equations of model/flash_surface.hpp and model/layer_stream.hpp: does what a projection does with
// flash hold where the flash can be measured?
namespace sextant::analysis {

struct StreamedPoint {
  results::Point point;
  results::Estimate predicted, measured;  // tokens/s, 95 %
  double exposed = 0;                     // s of reading that shows, a layer, predicted
  bool extrapolated = false;              // blocks or depths that storage.read was not measured at
  double error() const { return predicted.value / measured.value - 1; }
  bool inside() const { return predicted.low <= measured.high && measured.low <= predicted.high; }
};

struct OrderScore {
  std::string order;  // "known" or "dependent"
  std::size_t points = 0, inside = 0;
  double median_error = 0, largest_error = 0;  // of |error|
};

struct FlashRun {
  std::string machine, run_id;
  std::size_t surface_points = 0;
  SurfaceForm form;
  std::vector<StreamedPoint> points;
  std::vector<OrderScore> orders;
};

struct FlashRunOptions {
  int draws = 400;  // of the surface, by launches
  std::uint64_t seed = 1;
};

// Of the streamed points are taken: the layer, the block, the depth and the order, which are what is asked; the measured
// seconds that computing a layer takes; and the share of guesses that were right. Nothing of their reading. Throws
// results::InvalidInput that names what is missing where the run has no surface or no streamed point.
FlashRun predict_flash_run(const results::Run& run, const FlashRunOptions& options = {});

std::string flash_run_text(const FlashRun& flash);  // a line a point, and one for each order
std::string flash_run_json(const FlashRun& flash);

}  // namespace sextant::analysis
