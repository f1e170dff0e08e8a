// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/calibration/fits.hpp"
#include "results/record/run.hpp"

// What the latency of a load says about the caches and the memory behind them.
namespace sextant::analysis {

// The curve that levels are found on: memory.latency against the footprint, in transparent pages, local, in random order
// over the whole footprint; also from runs that did not have these axes.
Observations latency_curve(const Observations& data);

// Every point of memory.latency; memory.latency.level1, .level2, ...: the mean of each plateau; .dram: the largest
// footprint; .translation: what a load takes longer when its address is not translated yet, from the two orders of the
// walk at the largest footprint that has both, for each kind of pages.
void fit_levels(const Observations& data, const Structure& structure, std::vector<Parameter>& into);

// memory.latency.level1.capacity, ... in bytes: the plateau's last footprint to the next one's first is the interval, their
// geometric mean the value. The assumption says what the system claims for the cache of that level, where the run holds a
// topology; the claim is compared and never used. The levels are those of `structure`, found once: draws do not move them.
void add_capacities(const results::Run& run, const Observations& data, const Structure& structure,
                    std::vector<Parameter>& into);

}  // namespace sextant::analysis
