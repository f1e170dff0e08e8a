// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/layer_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <queue>
#include <vector>

#include "analysis/model/flash_surface.hpp"

namespace sextant::analysis {
namespace {

// A device that answers a request after t0 + bs/R, R no more than its bandwidth, and moves no more than its bandwidth, read by a host that keeps at most
// `depth` requests in flight, in the order of the layers. A layer may be asked for when the computation that held its
// buffer is done: with n layers ahead that of n + 1 before; with nothing known, that of the one before. Seconds a layer in
// the steady state.
double simulated(const FlashSurface& device, const LayerStream& stream) {
  const int ahead = stream.known ? int(stream.prefetch) : 0;
  const int layers = 60, requests = int(std::ceil(stream.layer / stream.block));
  std::vector<double> done(std::size_t(layers), 0);
  std::priority_queue<double, std::vector<double>, std::greater<>> in_flight;
  double last_bytes = 0, computed = 0, sent = 0, halfway = 0;
  for (int layer = 0; layer < layers; ++layer) {
    const double free = layer > ahead ? done[std::size_t(layer - ahead - 1)] : 0;
    double arrived = 0;
    for (int request = 0; request < requests; ++request) {
      double now = std::max(sent, free);
      if (in_flight.size() == std::size_t(stream.depth)) {
        now = std::max(now, in_flight.top());
        in_flight.pop();
      }
      sent = now;
      last_bytes =
          std::max(now + device.latency + stream.block / device.rate, last_bytes + stream.block / device.bandwidth);
      in_flight.push(last_bytes);
      arrived = last_bytes;
    }
    computed = std::max(computed, arrived) + stream.consumed;
    done[std::size_t(layer)] = computed;
    if (layer == layers / 2 - 1) halfway = computed;
  }
  return (computed - halfway) / (layers / 2.0);
}

LayerReads reads_of(const FlashSurface& surface, const LayerStream& stream) {
  return {.first = loaded_latency(surface, stream.block, 1),
          .alone = read_bandwidth(surface, stream.block, requests_of_layer(stream)),
          .streaming = read_bandwidth(surface, stream.block, requests_ahead(stream)),
          .peak = surface.bandwidth};
}

std::vector<LayerStream> settings(const FlashSurface& device) {
  std::vector<LayerStream> all;
  for (const double layer : {0x1p20, 0x1p22, 0x1p24})
    for (const double block : {0x1p15, 0x1p17, 0x1p20})
      for (const double depth : {1.0, 4.0, 32.0, 256.0})
        for (const double prefetch : {0.0, 1.0, 2.0, 4.0})
          for (const double share : {0.0, 0.3, 0.9, 1.1, 3.0})
            for (const bool known : {true, false})
              all.push_back({.layer = layer,
                             .block = block,
                             .depth = depth,
                             .prefetch = prefetch,
                             .consumed = share * layer / device.bandwidth,
                             .known = known});
  return all;
}

TEST(LayerStream, TheClosedFormIsWhatASimulationOfTheDeviceGives) {
  const std::vector<FlashSurface> devices{{.bandwidth = 2e9, .latency = 80e-6, .rate = 2e9},
                                          {.bandwidth = 1e8, .latency = 2e-3, .rate = 1e8},
                                          {.bandwidth = 3e9, .latency = 20e-6, .rate = 1.5e9}};
  std::vector<double> errors;
  for (const FlashSurface& device : devices) {
    for (const LayerStream& stream : settings(device)) {
      const double closed = layer_seconds(stream, reads_of(device, stream)), truth = simulated(device, stream);
      errors.push_back(std::abs(closed / truth - 1));
      EXPECT_NEAR(closed / truth, 1, 0.08)
          << "layer " << stream.layer << " block " << stream.block << " depth " << stream.depth << " prefetch "
          << stream.prefetch << " consumed " << stream.consumed << " known " << stream.known << " on "
          << device.bandwidth;
    }
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[errors.size() / 2], 0.005);
  EXPECT_LT(errors[errors.size() * 95 / 100], 0.05);
}

TEST(LayerStream, NothingShowsWhereComputingTakesLongEnough) {
  const FlashSurface device{.bandwidth = 2e9, .latency = 80e-6, .rate = 2e9};
  LayerStream stream{.layer = 0x1p22, .block = 0x1p18, .depth = 32, .prefetch = 2, .consumed = 5e-3};
  EXPECT_DOUBLE_EQ(exposed_seconds(stream, reads_of(device, stream)), 0);
  stream.known = false;
  EXPECT_GT(exposed_seconds(stream, reads_of(device, stream)), 2e-3) << "data-dependent order waits for every layer";
}

}  // namespace
}  // namespace sextant::analysis
