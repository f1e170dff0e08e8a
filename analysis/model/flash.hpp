// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/tier.hpp"

// Flash read as memory: decode-model.md section 4.5.
namespace sextant::analysis {

struct FlashGeometry {
  double planes = 0;         // independent arrays, over all dies
  double page = 0;           // byte sensed at once, g
  double sense_time = 0;     // t_R, s
  double command_time = 0;   // t_cmd, s
  double bus_bandwidth = 0;  // byte/s over all channels
};

// min(BW_sense, BW_bus) with BW_sense = planes * page / (t_R + t_cmd); sensing and transfer overlap (cache read).
double read_bandwidth(const FlashGeometry& geometry);

// LHB = 2 BW latency: what a double buffer must hold so that the sense time never shows.
double latency_hiding_buffer(double bandwidth, double latency);

// Little's law turned round: byte/s that a double buffer of `buffer` bytes sustains against a latency.
double buffered_bandwidth(double buffer, double latency);

// Outstanding bytes over the bytes in flight that full bandwidth needs: the axis x on which measured flash curves are
// carried to other flash (section 5).
double relative_depth(double outstanding, double bandwidth, double latency);

}  // namespace sextant::analysis
