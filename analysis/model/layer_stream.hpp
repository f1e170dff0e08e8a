// SPDX-License-Identifier: Apache-2.0
#pragma once

// Weights streamed from flash layer by layer while the layers before are computed: decode-model.md section 4.5.
namespace sextant::analysis {

struct LayerStream {
  double layer = 0;     // byte
  double block = 0;     // byte a request
  double depth = 1;     // requests in flight at most
  double prefetch = 0;  // n: layers that are read ahead of the one being computed
  double consumed = 0;  // C, s that a layer's computation takes
  bool known = true;    // order known (class A); else an address is known only when the layer before is done (class C)
  double guessed =
      0;  // of the second: share of the layers that are among n guesses made while the one before is computed
};

// Of a layer, and of the n + 1 layers that have a buffer: requests in flight.
double requests_of_layer(const LayerStream& stream);
double requests_ahead(const LayerStream& stream);

// What the surface says about reading in blocks of that size.
struct LayerReads {
  double first = 0;      // T, s of a request alone: loaded_latency() of one
  double alone = 0;      // X1, byte/s with requests_of_layer in flight
  double streaming = 0;  // X, byte/s with requests_ahead in flight
  double peak = 0;       // BW_read u, byte/s with as many as it takes
};

// tau: seconds from the first request of a layer to its last byte, nothing else in flight. K requests, D of them
// together: the first comes after T, those of a wave at the peak bandwidth, each wave a D bs / X1 after the one before.
//
//   tau = T + floor((K - 1) / D) D bs / X1 + ((K - 1) mod D) bs / BW
double lone_layer_seconds(const LayerStream& stream, const LayerReads& reads);

// P: seconds a layer in the steady state. With no buffer to read ahead into, C + tau. Order known: the slowest of three
// rules: computing; reading without pause; and the loop of a buffer, which is filled, waits for n others and is computed
// from:
//
//   P = max(C, layer / X, (tau + C) / (n + 1))
//
// Order dependent: C and what shows of reading (exposed_when_guessed). Exact where one rule governs alone, within a few
// per cent where two meet (layer_stream_test.cpp simulates both).
double layer_seconds(const LayerStream& stream, const LayerReads& reads);

// What shows on the mean when the layer is known only at the end of the one before, and n guesses are read while that is
// computed, of which each is right in the share p/n of the steps. With d = tau - layer / X until the first bytes come,
// g = min(n layer, X (C - d)) of them have come by then; what is in flight of wrong ones,
// F = min((floor(g / bs) + D) bs, n layer) - g, comes before anything else. The wait is at most
// w = max(tau, max(d - C, 0) + (F + layer) / X):
//
//   (1 - p) w + sum_{j = 1..n} p/n min(max(d + j layer / X - C, 0), w)
//
// or, where that is longer, what all that was sent takes less C: ((1 - p) layer + g + F) / X - C.
double exposed_when_guessed(const LayerStream& stream, const LayerReads& reads);

// P - C: what of reading shows.
double exposed_seconds(const LayerStream& stream, const LayerReads& reads);

}  // namespace sextant::analysis
