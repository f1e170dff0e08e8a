// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "probes/decode/decoder.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

// The trial with its kernels as a parameter, so that tests can show that wrong ones fail verify().
namespace sextant::probes {

std::unique_ptr<Trial> decode_trial(Workspace& workspace, const Point& point, DecodeKernels kernels = {});

}  // namespace sextant::probes
