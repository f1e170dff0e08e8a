// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "analysis/calibration/flash_fits.hpp"

namespace sextant::analysis {

using results::Unit;

namespace {

// An extra column of a point, as it was counted in the median sample. Left out where it is empty.
void add_extra(const Observation& point, const Structure& structure, const char* column, std::string name, Unit unit,
               const std::string& said, std::vector<Parameter>& into) {
  const double value = structure.extras.of(point.measurement, column);
  if (!std::isnan(value)) into.push_back(measured(std::move(name), value, unit, everything(point), said));
}

// The point of another probe with the same blocks, depth and way of reading.
const Observation* same_work(const Observations& all, const Observation& point) {
  results::Point wanted;
  for (const char* axis : {"span", "pattern", "block", "depth", "threads", "method", "buffers"}) {
    for (const auto& [name, value] : point.measurement->point.coordinates())
      if (name == axis) wanted.set(name, value);
  }
  const auto found = std::find_if(all.begin(), all.end(), [&](const Observation& o) { return shares(o, wanted); });
  return found == all.end() ? nullptr : &*found;
}

// Seconds of a mixture over those of its reads and its writes one after the other: 1 is a device that divides itself
// without a loss.
void add_interference(const Observation& mixed, double read_share, const Observation& reads, const Observation& writes,
                      std::vector<Parameter>& into) {
  const double apart = read_share / reads.value + (1 - read_share) / writes.value;  // s/byte
  into.push_back(fitted("storage.mixed.interference", 1 / mixed.value / apart, Unit::one, everything(mixed),
                        "seconds of the mixture over its reads and writes one after the other"));
}

void fit_mixed(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  const Observations reads = select(data, "storage.read", "block"), writes = select(data, "storage.write", "block");
  for (const Observation& mixed : select(data, "storage.mixed", "block")) {
    into.push_back(measured("storage.mixed.bandwidth", mixed.value, Unit::byte_per_second, everything(mixed)));
    const double read = structure.extras.of(mixed.measurement, "read_bandwidth");
    const double written = structure.extras.of(mixed.measurement, "write_bandwidth");
    if (std::isnan(read) || std::isnan(written) || read + written <= 0) continue;
    const double share = read / (read + written);
    into.push_back(measured("storage.mixed.read_bandwidth", share * mixed.value, Unit::byte_per_second,
                            everything(mixed), "its share of the bytes is counted, not drawn anew"));
    into.push_back(measured("storage.mixed.write_bandwidth", (1 - share) * mixed.value, Unit::byte_per_second,
                            everything(mixed), "its share of the bytes is counted, not drawn anew"));
    const Observation *reading = same_work(reads, mixed), *writing = same_work(writes, mixed);
    if (reading) {
      into.push_back(fitted("storage.mixed.read_share", share * mixed.value / reading->value, Unit::one,
                            everything(mixed), "read bandwidth beside the writes over that of reads alone"));
    }
    if (reading && writing) add_interference(mixed, share, *reading, *writing, into);
  }
}

void fit_latency(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "storage.latency", "block")) {
    into.push_back(measured("storage.latency.median", point.value, Unit::second, everything(point)));
    for (const char* tail : {"p90", "p99", "p999"}) {
      add_extra(point, structure, (std::string("latency_") + tail).c_str(), std::string("storage.latency.") + tail,
                Unit::second, "median over the samples", into);
    }
  }
}

void fit_sustained(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "storage.sustained", "block")) {
    into.push_back(measured("storage.sustained.bandwidth", point.value, Unit::byte_per_second, everything(point),
                            "what lasts to the end of the time measured"));
    add_extra(point, structure, "burst_bandwidth", "storage.sustained.burst", Unit::byte_per_second,
              "before the rate fell; the sustained one where it did not", into);
    add_extra(point, structure, "knee", "storage.sustained.knee", Unit::byte, "moved before the rate fell", into);
    add_extra(point, structure, "knee_time", "storage.sustained.knee_time", Unit::second, "until the rate fell", into);
  }
}

void fit_streams(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "storage.stream_layers", "prefetch")) {
    into.push_back(measured("storage.stream_layers.throughput", point.value, Unit::per_second, everything(point)));
    add_extra(point, structure, "exposed", "storage.stream_layers.exposed", Unit::second,
              "of a layer: what of reading shows", into);
    add_extra(point, structure, "consumed", "storage.stream_layers.consumed", Unit::second,
              "of a layer: what computing it takes", into);
  }
  for (const Observation& point : select(data, "storage.sparse_rows", "sparsity")) {
    into.push_back(measured("storage.sparse_rows.bandwidth", point.value, Unit::byte_per_second, everything(point),
                            "of the bytes that were wanted"));
    add_extra(point, structure, "hit_rate", "storage.sparse_rows.hit_rate", Unit::one, "of the windowed cache", into);
    add_extra(point, structure, "amplification", "storage.sparse_rows.amplification", Unit::one,
              "bytes read over bytes wanted", into);
  }
}

}  // namespace

void fit_storage_probes(const Observations& data, const Structure& structure, std::vector<Parameter>& into) {
  for (const Observation& point : select(data, "storage.write", "block"))
    into.push_back(measured("storage.write.bandwidth", point.value, Unit::byte_per_second, everything(point)));
  fit_mixed(data, structure, into);
  fit_latency(data, structure, into);
  fit_sustained(data, structure, into);
  fit_streams(data, structure, into);
}

}  // namespace sextant::analysis
