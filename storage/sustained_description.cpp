// SPDX-License-Identifier: Apache-2.0
#include "storage/sustained_description.hpp"

namespace sextant::storage {
namespace {

using probes::numbers;
using probes::Unit;
using probes::words;

constexpr double mebibyte = 1024.0 * 1024;
constexpr double usual_duration = 5;

// A quick run has no time for it: no point.
std::vector<probes::Axis> axes(const probes::Machine&, bool quick) {
  return {
      {"operation", Unit::text, quick ? words({}) : words({"read", "write"}), "what is done without a pause"},
      {"block", Unit::byte, numbers({mebibyte}), "bytes per request"},
      {"depth", Unit::one, numbers({32}), "requests kept in flight"},
      {"duration", Unit::second, numbers({usual_duration}),
       "seconds of one transfer, at most 90; what it writes wears the device"},
  };
}

}  // namespace

probes::Probe sustained_description() {
  return {
      .name = "storage.sustained",
      .summary = "Bytes per second that a device goes on with when it is kept busy, after any burst it began with.",
      .quantity = {"bandwidth", Unit::byte_per_second},
      .precision = 0.05,
      .sample_seconds = usual_duration,
      .whole = true,
      .extras = {{"burst_bandwidth", Unit::byte_per_second, "before the rate fell; the bandwidth where it did not"},
                 {"knee", Unit::byte, "bytes moved before the rate fell; empty where it did not"},
                 {"knee_time", Unit::second, "seconds until then"},
                 {"device_bytes", Unit::byte,
                  "bytes the block device says it moved meanwhile; empty where it does not"}},
      .axes = axes,
      .available = [](const probes::Machine&) { return probes::Availability{}; },
  };
}

}  // namespace sextant::storage
