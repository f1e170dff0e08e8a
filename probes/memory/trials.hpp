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

using SumPasses = std::function<std::uint64_t(std::span<std::uint64_t> words, std::uint64_t passes)>;
std::unique_ptr<Trial> memory_read_trial(Workspace& workspace, const Point& point, SumPasses kernel = sum_passes);

std::unique_ptr<Trial> memory_latency_trial(Workspace& workspace, const Point& point, Chase kernel = chase);

}  // namespace sextant::probes
