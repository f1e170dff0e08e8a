// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "bench/plan.hpp"
#include "results/record/run.hpp"

namespace sextant::bench {

// The plan of a run that was cut short, read from its folder: the points are those of the folder, not of today's
// machine, so that the run is finished as it was begun. Throws InvalidInput when a probe of the folder is unknown to
// this program.
std::vector<PlannedProbe> plan_of(const results::Run& run, const std::vector<probes::Probe>& all,
                                  const probes::Machine& machine);

}  // namespace sextant::bench
