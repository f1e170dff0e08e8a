// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "probes/probe/probe.hpp"

// The description of the GPU probes, linked everywhere and without CUDA. The trials live in the worker sextant-gpu.
namespace sextant::gpu {

// available() starts the worker once to ask it for a device, so that a driver that crashes or hangs cannot take the
// supervisor with it.
std::vector<probes::Probe> gpu_probes();

}  // namespace sextant::gpu
