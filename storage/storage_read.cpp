// SPDX-License-Identifier: Apache-2.0

// What is measured: bytes per second that a file on a device delivers while each of `threads` threads has `depth` reads
// of `block` bytes in flight. Time runs only while every thread has all of them in flight (requests/flow.hpp). A pass
// visits every block of the span once, in file order or in a random order drawn from the seed, made beforehand; threads
// have a part of the order and a channel each, and the next sample goes on where the last one ended. Latency is a
// request's time from just before it is sent until its answer is taken. The axis `method` says how the bytes come
// (requests/methods.hpp): past the page cache (O_DIRECT) by io_uring, by pread or by NVMe commands; or through it, by a
// mapping whose pages were evicted (mmap_cold) or are there (mmap_warm: a copy of the block out of it), or by io_uring
// (page_cache).
//
// How bytes are counted: requests that came times `block`, nothing else. What the block device says it read stands beside
// it as device_bytes, and request_bytes says how large the requests were that the device saw: the kernel splits those that
// are larger than the device takes, or lie in too many pages.
//
// What would make it wrong: the page cache, where it is not wanted (O_DIRECT; verify() compares with the device's own
// count) and where it is (verify() refuses reads that the device had to serve); a cache below it, in the device, behind a
// loop device or in the host of a virtual machine, which nothing here can see: the file was just written, so a span that
// such a cache holds is measured at its speed (give a larger span); memory in small pages, which splits large requests and
// can cost a factor of four (the axis `buffers`); unregistered buffers (up to a factor of two; io_uring_plain, and the
// column `registered`); a polling thread of the kernel that takes the processor of another (io_uring_sqpoll is skipped
// below three); reading ahead, which makes mmap_cold in file order a depth of its own; a device that is still fast because
// it has not been busy for long (burst credits, heat).
//
// How it is verified: every sector of the file carries its number and a hash. Before a request the stamps at both ends of
// its buffer are overwritten, so a completion that brought nothing is seen; at completion they must be the requested ones,
// and the block they name is counted; at the end of each run whole buffers are compared. verify() throws when anything
// differed or when a block did not come exactly as often as it was asked for.
//
// Where the method comes from: the queue-depth method of fio (https://fio.readthedocs.io, iodepth, randommap) and the thin
// loop of its t/io_uring, which sends several requests with one call; Axboe, "Efficient IO with io_uring", 2019; Joshi et
// al., "I/O Passthru: Upstreaming a flexible and efficient I/O Path in Linux", FAST 2024.

#include "storage/device_canary.hpp"
#include "storage/request_descriptions.hpp"
#include "storage/request_probes.hpp"

namespace sextant::storage {

TransferKind read_kind() {
  const auto report = [](const Transferred& did) -> probes::Work {
    return {.operations = did.requests,
            .bytes = did.bytes,
            .seconds = did.seconds,
            .extras = {did.latencies->quantile(0.5), did.latencies->quantile(0.99), did.device_bytes, did.registered,
                       did.request_bytes, did.cpu_time}};
  };
  return {.probe = "storage.read", .report = report};
}

probes::Probe transferring(probes::Probe description, TransferKind kind) {
  description.prepare = [kind](probes::Workspace& workspace, const probes::Point& point) {
    return transfer_trial(workspace, transfer_point(point, workspace.machine()), kind);
  };
  description.device_canary = [](probes::Workspace& workspace, std::uint64_t seed) {
    return device_canary(workspace.target(), seed);
  };
  return description;
}

probes::Probe storage_read() { return transferring(storage_read_description(), read_kind()); }

}  // namespace sextant::storage
