// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

// A tier of memory, whatever it is made of: HBM, LPDDR, flash, DRAM behind a link. Sections 4.2, 4.4 and 4.5 of
// decode-model.md. What distinguishes the technologies are figures, so there is one type for all of them.
namespace sextant::analysis {

// When the address of a read is known (the classes A, B and C of section 4.5).
enum class Address {
  fixed_order,     // A: the same sequence every step, dense weights
  layer_ahead,     // B: known while the layer before is computed
  data_dependent,  // C: known only after the router or an index of the same layer has answered
};

struct Tier {
  double capacity = 0;         // byte a model may use
  double read_bandwidth = 0;   // byte/s of long ordered reads, efficiencies applied
  double write_bandwidth = 0;  // byte/s; 0 = cannot be written while serving
  double latency = 0;          // s from request to first byte, unloaded; t_R + t_cmd of flash
  double granularity = 0;      // byte fetched at once: a page, a burst; 0 = any size
  double in_flight = 0;        // byte that may be outstanding, half of a double buffer; 0 = as many as needed
  double half_size = 0;        // byte at which one operation reaches half of the bandwidth (4.2)
  double prediction = 0;       // share of data-dependent addresses guessed rightly a layer ahead, 0..1
  double energy_read = 0;      // J/byte
  double energy_write = 0;     // J/byte
  double idle_power = 0;       // W
  bool holds_cache = true;     // may hold what every token writes
  bool chained = false;        // reached through another tier (host memory over a link): its time adds to theirs
};

// u(bs) of 4.5: the share of the bytes read that was asked for, bs / (ceil(bs/g) g). 1 where either is 0.
double page_use(double block, double granularity);

// Byte/s of long ordered reads with what may be outstanding: Little's law, min(BW, in_flight / latency).
inline double sustained_bandwidth(const Tier& t) {
  if (t.in_flight <= 0 || t.in_flight >= t.read_bandwidth * t.latency) return t.read_bandwidth;
  return t.in_flight / t.latency;
}

// BW(QD, bs) of 4.5: useful byte/s of `requests` reads of `block` bytes each that are outstanding together,
// min(BW, QD bs / (latency + bs/BW)) u(bs), where QD bs is no more than the tier may keep in flight.
double read_bandwidth(const Tier& tier, double block, double requests);

// t0 (1 + a rho/(1 - rho)) (4.5): latency at a load rho of the bandwidth, infinite at 1. Of n devices that must all
// answer, the slowest waits (1 + ln n) times the mean queue: the largest of n exponential times has the mean H_n, which
// that exceeds by less than 0.43.
double loaded_latency(double unloaded, double shape, double load, double devices = 1);

// What one operator reads from one place.
struct Access {
  double bytes = 0;
  double block = 0;  // byte at consecutive addresses; 0 = long reads
  Address address = Address::fixed_order;
};

// Bytes the tier delivers for each byte that is used: 1/u(bs). A tier that guesses data-dependent addresses reads the
// wrong guesses for nothing, (1 - p) of the bytes again (4.5).
inline double bytes_per_byte(const Tier& t, const Access& a) {
  double factor = 1;
  if (a.block > 0 && t.granularity > 0) factor = 1 / page_use(a.block, t.granularity);
  if (a.address == Address::data_dependent && t.prediction > 0) factor *= 2 - t.prediction;
  return factor;
}

// (n + n_half) / BW (4.2), 0 for nothing.
inline double read_seconds(const Tier& t, const Access& a) {
  return a.bytes > 0 ? (a.bytes * bytes_per_byte(t, a) + t.half_size) / sustained_bandwidth(t) : 0;
}

// Latency that an operator sees before its first byte (4.5), given `lead` seconds between the address being known and
// the bytes being used, and `queue` seconds that others are served first:
//   A  max(0, t - lead), and only where nothing could be fetched earlier: the first operator of a step. A buffer too
//      small for the latency costs bandwidth instead (sustained_bandwidth), so it is not counted again here.
//   B  max(0, t - lead)
//   C  the share guessed rightly is of class B, the rest shows all of t. An operator that needs several addresses waits
//      unless every guess was right: 1 - p^n. One address gives the (1 - p) t of the paper.
double exposed_latency(const Tier& tier, Address address, double lead, double queue = 0, double addresses = 1);

}  // namespace sextant::analysis
