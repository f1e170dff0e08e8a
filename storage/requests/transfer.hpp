// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"
#include "storage/files/test_file.hpp"
#include "storage/requests/bent.hpp"
#include "storage/requests/latencies.hpp"
#include "storage/requests/transfer_point.hpp"

namespace sextant::storage {

// What one run of a transfer did, within the windows of its threads.
struct Transferred {
  double requests = 0;
  double bytes = 0;
  double seconds = 0;        // in which all threads together do as many requests
  double rounds = 0;         // requests in a row of one slot: what run() was asked for, or a little more
  double reads = 1;          // share of the requests
  double device_bytes = 0;   // that the device read and wrote, by its own count; NaN where it has none
  double request_bytes = 0;  // mean size of the requests that the device saw; NaN likewise
  double registered = 0;     // 1 when buffers were registered with the kernel
  double cpu_time = 0;       // processor time per request, of the whole process, kernel and user, in seconds
  const Latencies* latencies = nullptr;
};

// What a probe makes of a transfer.
struct TransferKind {
  std::string probe;
  std::function<probes::Work(const Transferred&)> report;
  std::size_t each = 0;  // latencies of single requests that are kept
};

// The trial of one point: run(n) does n rounds of `depth` requests per thread within the timed window, and as many as it
// takes before and after. Throws probes::Unavailable when the file, the method or the memory cannot be had.
std::unique_ptr<probes::Trial> transfer_trial(probes::Workspace& workspace, const TransferPoint& point,
                                              TransferKind kind, Medium medium = Medium::device, Fault fault = {});

}  // namespace sextant::storage
