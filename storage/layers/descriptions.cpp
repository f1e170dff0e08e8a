// SPDX-License-Identifier: Apache-2.0
#include "storage/layers/descriptions.hpp"

namespace sextant::storage {
namespace {

using probes::Axis;
using probes::numbers;
using probes::Point;
using probes::Unit;
using probes::words;

constexpr double kibibyte = 1024;
constexpr double mebibyte = 1024 * kibibyte;

std::vector<Axis> stream_axes(const probes::Machine&, bool quick) {
  return {
      {"layer", Unit::byte, numbers({quick ? mebibyte : 4 * mebibyte}),
       "bytes of a layer, eight of which make a token"},
      {"prefetch", Unit::one, quick ? numbers({0, 1}) : numbers({0, 1, 2, 4}),
       "layers asked for ahead of the one that is consumed, each with a buffer"},
      {"order", Unit::text, quick ? words({"known"}) : words({"known", "dependent"}),
       "layer after layer, or one of eight candidates that the layer before decides"},
      {"consumer", Unit::byte_per_second, quick ? numbers({1e9}) : numbers({0, 250e6, 1e9, 4e9}),
       "rate at which a layer is consumed, 0: as fast as the kernel does"},
      {"block", Unit::byte, numbers({128 * kibibyte}), "bytes per request, which divide a layer"},
      {"depth", Unit::one, numbers({32}), "requests kept in flight at most"},
  };
}

Point stream_at(double layer, double prefetch, const char* order, double consumer, double block, double depth) {
  return {{"layer", layer},       {"prefetch", prefetch}, {"order", order},
          {"consumer", consumer}, {"block", block},       {"depth", depth}};
}

// Layers, blocks and depths vary with dense order and one layer ahead, and without any.
std::vector<Point> stream_beside(const probes::Machine&, bool quick) {
  if (quick) return {stream_at(mebibyte, 1, "dependent", 1e9, 128 * kibibyte, 32)};
  std::vector<Point> all;
  const auto add = [&](double layer, double block, double depth) {
    for (const double prefetch : {0.0, 1.0}) all.push_back(stream_at(layer, prefetch, "known", 0, block, depth));
  };
  for (const double layer : {1 * mebibyte, 16 * mebibyte}) add(layer, 128 * kibibyte, 32);
  for (const double block : {16 * kibibyte, 1 * mebibyte}) add(4 * mebibyte, block, 32);
  for (const double depth : {1.0, 4.0, 128.0}) add(4 * mebibyte, 128 * kibibyte, depth);
  return all;
}

std::vector<Axis> sparse_axes(const probes::Machine&, bool quick) {
  return {
      {"bundle", Unit::text, words({"row", "row_column"}),
       "rows of both projections in a place each, or those of a neuron side by side"},
      {"row", Unit::byte, numbers({8 * kibibyte}), "bytes of a neuron's weights in one projection"},
      {"sparsity", Unit::one, quick ? numbers({0.97}) : numbers({0.9, 0.97}),
       "share of the neurons that a token leaves out"},
      {"chunk", Unit::byte, quick ? numbers({32 * kibibyte}) : numbers({4 * kibibyte, 32 * kibibyte, 128 * kibibyte}),
       "bytes per request, which begin at multiples of it"},
      {"threads", Unit::one, quick ? numbers({16}) : numbers({1, 8, 64}), "threads that read, one request each"},
      {"window", Unit::one, quick ? numbers({1}) : numbers({0, 4}),
       "tokens before the current one whose rows are in memory"},
  };
}

std::vector<Point> sparse_beside(const probes::Machine&, bool quick) {
  std::vector<Point> all;
  if (quick) return all;
  const auto add = [&](double row, double sparsity, double threads, double window) {
    all.push_back({{"bundle", "row_column"},
                   {"row", row},
                   {"sparsity", sparsity},
                   {"chunk", 32 * kibibyte},
                   {"threads", threads},
                   {"window", window}});
  };
  add(2 * kibibyte, 0.97, 8, 0);
  add(32 * kibibyte, 0.97, 8, 0);
  for (const double sparsity : {0.5, 0.99}) add(8 * kibibyte, sparsity, 8, 0);
  for (const double threads : {2.0, 4.0, 16.0, 32.0}) add(8 * kibibyte, 0.97, threads, 0);
  for (const double window : {1.0, 2.0, 8.0}) add(8 * kibibyte, 0.97, 8, window);
  return all;
}

}  // namespace

probes::Probe stream_layers_description() {
  return {
      .name = "storage.stream_layers",
      .summary = "Tokens per second of a decode step whose layers are read from flash while others are multiplied.",
      .quantity = {"throughput", Unit::per_second},
      .precision = 0.05,
      .sample_seconds = 0.05,
      .extras = {{"exposed", Unit::second, "per layer: waited for it after it was decided"},
                 {"consumed", Unit::second, "per layer: from when it was there until it was done with"},
                 {"in_flight", Unit::byte, "bytes asked of the device and not yet come, averaged over time"},
                 {"read_bandwidth", Unit::byte_per_second, "what came, wanted or not"},
                 {"predicted", Unit::one, "share of the layers that were asked for before they were decided"},
                 {"device_bytes", Unit::byte,
                  "bytes the block device says it read, untimed reads at both ends included; empty where it does not"},
                 {"request_bytes", Unit::byte,
                  "mean size of the reads that reached the device, after merges and splits"}},
      .axes = stream_axes,
      .beside = stream_beside,
      .available = [](const probes::Machine&) { return probes::Availability{}; },
  };
}

probes::Probe sparse_rows_description() {
  return {
      .name = "storage.sparse_rows",
      .summary = "Bytes of wanted weights per second when a token needs few rows of a layer that lies in flash.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .precision = 0.05,
      .sample_seconds = 0.05,
      .extras =
          {{"hit_rate", Unit::one, "share of the wanted rows that were in memory"},
           {"bytes_read", Unit::byte, "chunks read times their bytes"},
           {"amplification", Unit::one, "bytes read over those of the rows that were not in memory"},
           {"device_bytes", Unit::byte,
            "bytes the block device says it read, untimed reads at the beginning included; empty where it does not"},
           {"request_bytes", Unit::byte, "mean size of the reads that reached the device, after merges and splits"}},
      .axes = sparse_axes,
      .beside = sparse_beside,
      .available = [](const probes::Machine&) { return probes::Availability{}; },
  };
}

}  // namespace sextant::storage
