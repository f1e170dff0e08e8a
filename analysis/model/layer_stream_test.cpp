// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/layer_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <random>
#include <vector>

#include "analysis/model/flash_surface.hpp"

namespace sextant::analysis {
namespace {

// A device that answers a request after t0 + bs/R, R no more than its bandwidth, and moves no more than its bandwidth.
class Device {
 public:
  explicit Device(const FlashSurface& surface) : surface_(surface) {}
  double answer(double now, double block) {
    last_ = std::max(now + surface_.latency + block / surface_.rate, last_ + block / surface_.bandwidth);
    return last_;
  }

 private:
  FlashSurface surface_;
  double last_ = 0;
};

// Reads layers through it with at most `depth` requests in flight, in the order in which they were asked for.
class Host {
 public:
  Host(const FlashSurface& device, const LayerStream& stream) : device_(device), stream_(stream) {}

  // When a layer is whole that may be asked for from `free` on. Requests that would be sent after `dropped` are not.
  double read(double free, double dropped = std::numeric_limits<double>::infinity()) {
    double arrived = 0;
    const int requests = int(std::ceil(stream_.layer / stream_.block));
    for (int request = 0; request < requests; ++request) {
      double now = std::max(sent_, free);
      if (in_flight_.size() == std::size_t(stream_.depth)) now = std::max(now, in_flight_.top());
      if (now > dropped) return std::numeric_limits<double>::infinity();
      if (in_flight_.size() == std::size_t(stream_.depth)) in_flight_.pop();
      sent_ = now;
      arrived = device_.answer(now, stream_.block);
      in_flight_.push(arrived);
    }
    return arrived;
  }

 private:
  Device device_;
  LayerStream stream_;
  double sent_ = 0;
  std::priority_queue<double, std::vector<double>, std::greater<>> in_flight_;
};

// Seconds a layer in the steady state. A layer may be asked for when the computation that held its buffer is done: with n
// layers ahead that of n + 1 before.
double simulated(const FlashSurface& device, const LayerStream& stream) {
  const int ahead = int(stream.prefetch), layers = 60;
  Host host(device, stream);
  std::vector<double> done(std::size_t(layers), 0);
  double computed = 0;
  for (int layer = 0; layer < layers; ++layer) {
    const double free = layer > ahead ? done[std::size_t(layer - ahead - 1)] : 0;
    computed = std::max(computed, host.read(free)) + stream.consumed;
    done[std::size_t(layer)] = computed;
  }
  return (computed - done[std::size_t(layers / 2 - 1)]) / (layers / 2.0);
}

// The same in dependent order: n of eight candidates for the next layer are read from when the wanted one is whole, and
// what is not sent of the wrong ones is dropped when the layer before is done. A guess that was right goes on.
double simulated_guesses(const FlashSurface& device, const LayerStream& stream) {
  const int guesses = int(stream.prefetch), steps = 300;
  Host host(device, stream);
  std::mt19937 random(3);
  double done = 0;
  double guessed = std::numeric_limits<double>::quiet_NaN();  // when the right guess is whole; NaN where none is right
  for (int step = 0; step < steps; ++step) {
    const double free = done;
    const double whole = std::isnan(guessed) ? host.read(free) : std::max(free, guessed);
    done = whole + stream.consumed;
    const int right = int(random() % 8);
    guessed = std::numeric_limits<double>::quiet_NaN();
    for (int guess = 0; guess < guesses; ++guess) {
      if (guess == right) {
        guessed = host.read(whole);
      } else {
        host.read(whole, done);
      }
    }
  }
  return done / steps;
}

LayerReads reads_of(const FlashSurface& surface, const LayerStream& stream) {
  return {.first = loaded_latency(surface, stream.block, 1),
          .alone = read_bandwidth(surface, stream.block, requests_of_layer(stream)),
          .streaming = read_bandwidth(surface, stream.block, requests_ahead(stream)),
          .peak = surface.bandwidth};
}

std::vector<LayerStream> settings(const FlashSurface& device, bool known) {
  std::vector<LayerStream> all;
  for (const double layer : {0x1p20, 0x1p22})
    for (const double block : {0x1p15, 0x1p17, 0x1p20})
      for (const double depth : {1.0, 4.0, 32.0, 256.0})
        for (const double prefetch : {0.0, 1.0, 2.0, 4.0})
          for (const double share : {0.0, 0.3, 0.9, 1.1, 3.0})
            all.push_back({.layer = layer,
                           .block = block,
                           .depth = depth,
                           .prefetch = prefetch,
                           .consumed = share * layer / device.bandwidth,
                           .known = known,
                           .guessed = prefetch / 8});
  return all;
}

const std::vector<FlashSurface> devices{{.bandwidth = 2e9, .latency = 80e-6, .rate = 2e9},
                                        {.bandwidth = 1e8, .latency = 2e-3, .rate = 1e8},
                                        {.bandwidth = 3e9, .latency = 20e-6, .rate = 1.5e9}};

using Simulation = double (*)(const FlashSurface&, const LayerStream&);

void compare(bool known, Simulation simulation, double most) {
  std::vector<double> errors;
  for (const FlashSurface& device : devices) {
    for (const LayerStream& stream : settings(device, known)) {
      const double closed = layer_seconds(stream, reads_of(device, stream)), truth = simulation(device, stream);
      errors.push_back(std::abs(closed / truth - 1));
      EXPECT_LT(errors.back(), most) << closed / truth << ": layer " << stream.layer << " block " << stream.block
                                     << " depth " << stream.depth << " prefetch " << stream.prefetch << " consumed "
                                     << stream.consumed << " on " << device.bandwidth;
    }
  }
  std::sort(errors.begin(), errors.end());
  EXPECT_LT(errors[errors.size() / 2], 0.02);
  EXPECT_LT(errors[errors.size() * 95 / 100], 0.06);
}

TEST(LayerStream, InKnownOrderTheClosedFormIsWhatASimulationOfTheDeviceGives) { compare(true, simulated, 0.08); }

TEST(LayerStream, SoItIsWithGuesses) { compare(false, simulated_guesses, 0.15); }

TEST(LayerStream, NothingShowsWhereComputingTakesLongEnough) {
  const FlashSurface device{.bandwidth = 2e9, .latency = 80e-6, .rate = 2e9};
  LayerStream stream{.layer = 0x1p22, .block = 0x1p18, .depth = 32, .prefetch = 2, .consumed = 5e-3};
  EXPECT_DOUBLE_EQ(exposed_seconds(stream, reads_of(device, stream)), 0);
  stream.known = false;
  EXPECT_GT(exposed_seconds(stream, reads_of(device, stream)), 2e-3) << "data-dependent order waits for every layer";
}

}  // namespace
}  // namespace sextant::analysis
