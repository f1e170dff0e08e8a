// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "probes/near_data/reductions.hpp"
#include "probes/probe/probe.hpp"
#include "probes/probe/workspace.hpp"

namespace sextant::probes {

// A wrong operation, or a wrong way of moving, stands in for the right one where it is given: for the tests.
struct PushdownKernels {
  Reduce reduce = {};
  Move move = {};
};
std::unique_ptr<Trial> pushdown_trial(Workspace& workspace, const Point& point, const PushdownKernels& kernels = {});

}  // namespace sextant::probes
