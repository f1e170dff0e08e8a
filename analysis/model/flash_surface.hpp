// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

// What flash gives for a block and a number of requests in flight: decode-model.md section 4.5.
namespace sextant::analysis {

// The five figures of the closed form. A surface of bandwidth over blocks and depths is fitted to them.
struct FlashSurface {
  double bandwidth = 0;  // BW_read, byte/s that no depth exceeds
  double latency = 0;    // t0 = t_R + t_cmd, s that a request takes alone before its bytes
  double rate = std::numeric_limits<double>::infinity();  // R, byte/s at which one request's bytes come
  double page = 0;                                        // g, byte fetched at once; 0 = any size
  double queueing = 0;  // a of t0 (1 + a rho / (1 - rho)); 0 = none until all is taken
};

// Bytes that the device moves for a request: whole pages.
double moved_bytes(const FlashSurface& surface, double block);

// T(bs) = t0 + bs / R, with bs in whole pages: a request on an idle device.
double lone_latency(const FlashSurface& surface, double block);

// BW(QD, bs): wanted byte/s of `requests` reads of `block` bytes in flight together.
//
//   QD bs = BW t,   t = t0 (1 + a rho / (1 - rho)) + bs / R,   rho = BW / BW_read,   times u(bs)
//
// Little's law with the loaded latency, bs in whole pages and u(bs) the wanted share of them. At a = 0 it is the
// min(BW_read, QD bs / (t0 + bs/R)) u(bs) of section 4.5; above, it bends as queues do. With q = QD bs / BW_read and
// T = t0 + bs/R it is a quadratic equation, (T - a t0) rho^2 - (T + q) rho + q = 0, whose smaller root counts.
// `requests` need not be whole: a mean number in flight.
double read_bandwidth(const FlashSurface& surface, double block, double requests);

// QD bs / BW: mean seconds of a request among `requests` in flight (Little's law).
double loaded_latency(const FlashSurface& surface, double block, double requests);

// Bytes in flight on the device itself: of the `outstanding` bytes of a host, `floor` seconds of each request's time are
// the host's own software, in which bandwidth x floor bytes are (Little's law). With it and latency - floor the relative
// depth x = outstanding / (BW latency) of section 5 is the device's, and travels to flash that another host reads.
inline double outstanding_on_device(double outstanding, double bandwidth, double floor) {
  return outstanding - bandwidth * floor;
}

}  // namespace sextant::analysis
