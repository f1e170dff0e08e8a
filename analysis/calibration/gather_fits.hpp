// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

// memory.gather point by point (.bandwidth), and by Little's law: .latency, seconds of one line of the smallest granules when
// a thread follows one chain; for each granularity and number of threads .concurrency, the bytes under way with the most
// chains, bandwidth x .latency; .saturation, the fewest chains a thread that reach 90 % of the bandwidth of the most.
// (Little, Operations Research 9(3), 1961: L = lambda W.)
void fit_gather(const Observations& data, std::vector<Parameter>& into);

}  // namespace sextant::analysis
