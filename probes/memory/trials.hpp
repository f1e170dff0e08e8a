// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "probes/kernels/stream.hpp"
#include "probes/memory/chaser.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// Trials with the kernel as a parameter, so that tests can show that a wrong kernel fails verify().
namespace sextant::probes {

// verify() looks at the destination that the last run left: it comes before another trial runs on the same arena.
using StreamKernel = std::function<decltype(stream_passes)>;
std::unique_ptr<Trial> memory_stream_trial(Workspace& workspace, Stream stream, const Point& point,
                                           StreamKernel kernel = stream_passes);

std::unique_ptr<Trial> memory_latency_trial(Workspace& workspace, const Point& point, Chase kernel = chase);

}  // namespace sextant::probes
