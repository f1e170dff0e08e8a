// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_read_description.hpp"

namespace sextant::storage {
namespace {

using probes::numbers;
using probes::powers_of_two;
using probes::Unit;
using probes::words;

constexpr double kibibyte = 1024;
constexpr double mebibyte = 1024 * kibibyte;

std::vector<probes::Axis> axes(const probes::Machine&, bool quick) {
  return {
      {"span", Unit::byte, numbers({quick ? 256 * mebibyte : 1024 * mebibyte}),
       "bytes of the test file that the requests cover, each block once a pass"},
      {"pattern", Unit::text, words({"sequential", "random"}), "order of the blocks within a pass"},
      {"block", Unit::byte,
       quick ? numbers({4 * kibibyte, 64 * kibibyte, mebibyte}) : powers_of_two(4 * kibibyte, mebibyte, 2),
       "bytes per request, a multiple of 4096"},
      {"depth", Unit::one, quick ? numbers({1, 8, 32}) : powers_of_two(1, 128, 2), "requests kept in flight"},
  };
}

}  // namespace

probes::Probe storage_read_description() {
  return {
      .name = "storage.read",
      .summary = "Bytes per second that direct reads of a file deliver with a fixed number of requests in flight.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .precision = 0.05,
      .sample_seconds = 0.1,
      .extras = {{"latency_p50", Unit::second, "median time of a request in this sample, within 0.8 %"},
                 {"latency_p99", Unit::second, "99th percentile of it; empty below 299 requests"},
                 {"device_bytes", Unit::byte, "bytes the block device says it read meanwhile; empty where it does not"},
                 {"registered", Unit::one, "1 when buffers were registered with the kernel, 0 when it refused"}},
      .axes = axes,
      .available = [](const probes::Machine&) { return probes::Availability{}; },
  };
}

}  // namespace sextant::storage
