// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

// memory.loaded_latency point by point; by kind of traffic: .unloaded and .full, the latencies at no load and at the
// fastest rate; .injected, what the other cores moved then; .knee, the injected bandwidth at which a load takes 1.5 times as
// long as on idle memory, between points by a straight line; .knee.utilisation, the same over .injected. A knee that is
// not reached is refused.
void fit_loaded_latency(const Observations& data, const Structure& structure, std::vector<Parameter>& into);

}  // namespace sextant::analysis
