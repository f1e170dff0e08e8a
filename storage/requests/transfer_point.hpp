// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "probes/machine/machine.hpp"
#include "probes/probe/pages.hpp"
#include "results/record/point.hpp"
#include "storage/requests/methods.hpp"

namespace sextant::storage {

enum class Pattern { sequential, random };

// What one point of storage.read, .write, .mixed or .latency asks for.
struct TransferPoint {
  std::uint64_t span = 0;  // bytes of the file that are used, from its beginning
  Pattern pattern = Pattern::random;
  std::uint64_t block = 0;  // bytes per request
  std::uint32_t depth = 1;  // requests in flight, per thread
  int threads = 1;
  Method method = Method::io_uring;
  probes::PageKind buffers = probes::PageKind::transparent;
  double reads = 1;  // share of the requests that read; the others write
};

// From the axes span, pattern, block, depth, threads, method, buffers and reads; what a probe has no axis for is as in
// TransferPoint{}. Throws probes::Unavailable for values that are none, and for what the machine cannot do.
TransferPoint transfer_point(const results::Point& point, const probes::Machine& machine);

// Throws probes::Unavailable with a sentence for points that make no sense: a block beyond the span, more in flight than a
// quarter of it, writes by a way that only reads.
void require_sensible(const TransferPoint& point, const probes::Machine& machine);

}  // namespace sextant::storage
