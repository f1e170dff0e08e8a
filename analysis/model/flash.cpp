// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/flash.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

double transfer_time(const FlashGeometry& g) { return g.page * g.channels / g.bus_bandwidth; }

// Byte/s programmed, whoever asked for them.
double program_bandwidth(const FlashGeometry& g) {
  if (g.program_planes <= 0 || g.program_time <= 0) return 0;
  const double programmed = g.program_planes * g.page / (g.program_time + g.erase_time / g.pages_per_block);
  return std::min(programmed, g.bus_bandwidth);
}

}  // namespace

double read_bandwidth(const FlashGeometry& g) {
  const double busy = g.sense_time + g.command_time + (g.cache_read ? 0 : transfer_time(g));
  return std::min(g.planes * g.page / busy, g.bus_bandwidth);
}

double read_latency(const FlashGeometry& g) { return g.sense_time + g.command_time + g.decode_time + transfer_time(g); }

double write_bandwidth(const FlashGeometry& g) { return program_bandwidth(g) / g.write_amplification; }

double write_load(const FlashGeometry& g, double rate) {
  return rate <= 0 ? 0 : std::min(1.0, rate / write_bandwidth(g));
}

double latency_hiding_buffer(double bandwidth, double latency) { return 2 * bandwidth * latency; }

double buffered_bandwidth(double buffer, double latency) { return buffer / (2 * latency); }

double relative_depth(double outstanding, double bandwidth, double latency) {
  return outstanding / (bandwidth * latency);
}

double touched_share(double share, double row, double page) {
  if (row >= page) return std::min(1.0, share / page_use(row, page));
  return 1 - std::pow(1 - share, page / row);
}

Tier flash_tier(const FlashGeometry& g, double capacity, double buffer) {
  return {.capacity = capacity,
          .read_bandwidth = read_bandwidth(g),
          .write_bandwidth = write_bandwidth(g),
          .latency = read_latency(g),
          .granularity = g.page,
          .in_flight = buffer / 2,
          .holds_cache = false};
}

}  // namespace sextant::analysis
