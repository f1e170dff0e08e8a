// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/flash.hpp"

#include <algorithm>

namespace sextant::analysis {

double read_bandwidth(const FlashGeometry& g) {
  const double sense = g.planes * g.page / (g.sense_time + g.command_time);
  return std::min(sense, g.bus_bandwidth);
}

double latency_hiding_buffer(double bandwidth, double latency) { return 2 * bandwidth * latency; }

double buffered_bandwidth(double buffer, double latency) { return buffer / (2 * latency); }

double relative_depth(double outstanding, double bandwidth, double latency) {
  return outstanding / (bandwidth * latency);
}

}  // namespace sextant::analysis
