// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "probes/kernels/gather.hpp"
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

using Gather = std::function<void(const Granules& granules, std::span<std::uint64_t> chains, std::uint64_t steps)>;
std::unique_ptr<Trial> memory_gather_trial(Workspace& workspace, const Point& point, Gather kernel = gather);

// What an injector does to a chunk of memory: returns the sum of its words, and, where the traffic is mixed, adds one to
// each of them on the way.
using SumChunk = std::function<std::uint64_t(std::span<const std::uint64_t> words)>;
using UpdateChunk = std::function<std::uint64_t(std::span<std::uint64_t> words)>;
std::unique_ptr<Trial> memory_loaded_latency_trial(Workspace& workspace, const Point& point, Chase chaser = chase,
                                                   SumChunk sum = sum_words, UpdateChunk update = update_words);

}  // namespace sextant::probes
