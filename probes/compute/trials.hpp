// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "probes/kernels/fma.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// Trials with the kernel as a parameter, so that tests can show that a wrong kernel fails verify().
namespace sextant::probes {

using FmaRun = std::function<void(std::span<std::uint64_t> sums, std::uint64_t rounds)>;

// With the loop that this processor has for the point, or `instead` of its run().
std::unique_ptr<Trial> fma_trial(Workspace& workspace, const Point& point, FmaRun instead = {});

}  // namespace sextant::probes
