// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bench/plan.hpp"
#include "probes/machine/machine.hpp"
#include "results/record/run.hpp"

namespace sextant::bench {

// The plan of a run that was cut short, read from its folder: the points are those of the folder, not of today's
// machine, so that the run is finished as it was begun. Throws InvalidInput when this program does not know a probe of
// the folder, or has other columns for it.
std::vector<PlannedProbe> plan_of(const results::Run& run, const std::vector<probes::Probe>& all,
                                  const probes::Machine& machine);

// The sentence to say when the run was begun by another build than the one that recorded `now`; empty when by the same.
std::string other_build(const results::Provenance& begun, const probes::Environment& now);

}  // namespace sextant::bench
