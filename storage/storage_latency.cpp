// SPDX-License-Identifier: Apache-2.0

// What is measured: seconds from just before a random read of `block` bytes is sent until its answer is taken, with
// `depth` of them in flight from one thread; the value of a sample is the median of its requests. With depth 1 the device
// is alone with each request. The method `nop` asks no device: io_uring's own round trip, the floor that the software sets.
//
// How bytes are counted: requests times `block`; an operation is a round of `depth` requests, so that seconds an operation
// are the latency.
//
// What would make it wrong: the clock, read twice an answer of the ring (50 ns), which a nop sees; answers that are taken
// together, which the later ones wait for at higher depth (that is what a program sees); otherwise as storage.read.
//
// How it is verified: as storage.read. Of nops, each answer is counted.
//
// Where the method comes from: as storage.read. Percentiles are those of all requests of a sample, exact up to 131072 of
// them, and are given where order statistics bound them (requests/latencies.hpp); those of a point are to be taken from
// the table of requests.

#include "storage/request_descriptions.hpp"
#include "storage/request_probes.hpp"

namespace sextant::storage {

TransferKind latency_kind() {
  const auto report = [](const Transferred& did) -> probes::Work {
    const Latencies& all = *did.latencies;
    return {.operations = did.rounds,
            .bytes = did.bytes,
            .seconds = all.quantile(0.5) * did.rounds,
            .extras = {all.quantile(0.9), all.quantile(0.99), all.quantile(0.999), all.largest(), did.device_bytes},
            .requests = all.each()};
  };
  return {.probe = "storage.latency", .report = report, .each = std::size_t{1} << 17};
}

probes::Probe storage_latency() { return transferring(storage_latency_description(), latency_kind()); }

}  // namespace sextant::storage
