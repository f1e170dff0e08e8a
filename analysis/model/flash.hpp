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
  double bus_bandwidth = 0;  // byte/s over all channels, R_ch C eta_bus
  double channels = 1;       // that share it
  double decode_time = 0;    // t_ecc, s; in the latency only, since codewords are decoded in a pipeline
  bool cache_read = true;    // a page is sensed while the last one is transferred

  double program_planes = 0;       // planes that are programmed together
  double program_time = 0;         // t_prog, s a page
  double erase_time = 0;           // s a block
  double pages_per_block = 1;      // n_pb
  double write_amplification = 1;  // WAF: byte programmed for each byte written
};

// min(BW_sense, BW_bus) with BW_sense = planes page / (t_R + t_cmd). Without cache read a plane is held until its page
// is on the bus, so g / R_ch comes on top of t_R.
double read_bandwidth(const FlashGeometry& geometry);

// t_R + t_cmd + t_ecc + g / R_ch: from request to the last byte of a page on an idle device.
double read_latency(const FlashGeometry& geometry);

// Byte/s that a host may write: planes page / (t_prog + t_erase / n_pb), less what garbage collection writes, the share
// 1 - 1/WAF.
double write_bandwidth(const FlashGeometry& geometry);

// Share of the planes' time that writes of `rate` byte/s occupy, at most 1. Reads get the rest of it:
// BW_read (1 - load); and a read that meets a program waits for it to be suspended.
double write_load(const FlashGeometry& geometry, double rate);
inline double read_latency_beside_writes(double latency, double load, double suspend_time) {
  return latency + load * suspend_time;
}

// Sense time that a stated bandwidth implies when every bank has one access under way: banks access / BW. What a
// specification says without saying it (4.5): 256 banks of 64 KiB and 1.536 TB/s imply 10.9 us.
inline double implied_sense_time(double banks, double access, double bandwidth) { return banks * access / bandwidth; }

// LHB = 2 BW latency: what a double buffer must hold so that the sense time never shows.
double latency_hiding_buffer(double bandwidth, double latency);

// Little's law turned round: byte/s that a double buffer of `buffer` bytes sustains against a latency.
double buffered_bandwidth(double buffer, double latency);

// Outstanding bytes over the bytes in flight that full bandwidth needs: the axis x on which measured flash curves are
// carried to other flash (section 5).
double relative_depth(double outstanding, double bandwidth, double latency);

// Share of the pages that must be read when a random share of the rows is wanted (weights whose inputs are zero are
// left out): 1 - (1 - share)^(page/row) for rows smaller than a page, which keep a page unless none of its rows is
// wanted; share / u(row) for larger ones. Never below `share`.
double touched_share(double share, double row, double page);

// The tier that flash of this geometry is. It cannot hold the cache: every token would program pages.
Tier flash_tier(const FlashGeometry& geometry, double capacity, double buffer);

}  // namespace sextant::analysis
