// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/calibration/truth.hpp"
#include "analysis/model/flash_surface.hpp"
#include "analysis/model/layer_stream.hpp"

// A run of storage.read and storage.stream_layers on a device whose figures are set.
namespace sextant::analysis {

inline constexpr FlashSurface example_device{.bandwidth = 2e9, .latency = 100e-6, .rate = 1.5e9, .page = 4096};

inline void add_surface(Truth& truth) {
  for (const double block : {4096.0, 16384.0, 131072.0, 1048576.0}) {
    for (const double depth : {1.0, 4.0, 8.0, 32.0, 128.0}) {
      truth.add("storage.read", Point{{"span", 0x1p30}, {"pattern", "random"}, {"block", block}, {"depth", depth}},
                {"bandwidth", Unit::byte_per_second}, read_bandwidth(example_device, block, depth),
                {.operations = 100, .bytes = 100 * block});
    }
  }
}

inline void add_streamed(Truth& truth, double consumer, double prefetch, bool known) {
  constexpr double layer = 0x1p22, layers_per_token = 8;
  const LayerStream stream{.layer = layer,
                           .block = 131072,
                           .depth = 32,
                           .prefetch = prefetch,
                           .consumed = consumer > 0 ? layer / consumer : 0.4e-3,
                           .known = known,
                           .guessed = known ? 0 : prefetch / 8};
  const LayerReads reads{.first = loaded_latency(example_device, stream.block, 1),
                         .alone = read_bandwidth(example_device, stream.block, requests_of_layer(stream)),
                         .streaming = read_bandwidth(example_device, stream.block, requests_ahead(stream)),
                         .peak = example_device.bandwidth};
  truth.add("storage.stream_layers",
            Point{{"layer", layer},
                  {"prefetch", prefetch},
                  {"order", known ? "known" : "dependent"},
                  {"consumer", consumer},
                  {"block", stream.block},
                  {"depth", stream.depth}},
            {"throughput", Unit::per_second}, 1 / (layers_per_token * layer_seconds(stream, reads)),
            {.operations = 10,
             .bytes = 10 * layers_per_token * layer,
             .extras = {exposed_seconds(stream, reads), stream.consumed, known ? 1 : prefetch / 8}});
}

inline results::Run example_flash(double noise) {
  Truth truth(noise);
  add_surface(truth);
  for (const bool known : {true, false})
    for (const double consumer : {0.0, 1e9})
      for (const double prefetch : {0.0, 1.0, 2.0, 4.0}) add_streamed(truth, consumer, prefetch, known);
  using results::Column;
  const Column block{"block", Unit::byte, "b"}, depth{"depth", Unit::one, "d"};
  truth.run.tables = {
      {"storage.read",
       "reads",
       {"bandwidth", Unit::byte_per_second},
       {{"span", Unit::byte, "s"}, {"pattern", Unit::text, "p"}, block, depth},
       {}},
      {"storage.stream_layers",
       "streams",
       {"throughput", Unit::per_second},
       {{"layer", Unit::byte, "l"},
        {"prefetch", Unit::one, "p"},
        {"order", Unit::text, "o"},
        {"consumer", Unit::byte_per_second, "c"},
        block,
        depth},
       {{"exposed", Unit::second, "e"}, {"consumed", Unit::second, "c"}, {"predicted", Unit::one, "p"}}}};
  return std::move(truth.run);
}

}  // namespace sextant::analysis
