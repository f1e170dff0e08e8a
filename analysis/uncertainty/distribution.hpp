// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/designs/design.hpp"

// How one figure is uncertain: decode-model.md sections 5 and 6.
namespace sextant::analysis {

// Quantile functions: the value below which a share u of the distribution lies, 0 < u < 1.
double triangular(double low, double mode, double high, double u);
double standard_normal(double u);

// A cited range: triangular, in the logarithm where it spans two decades or more. There a density over the value itself
// would put nearly all draws into the highest decade, whatever the source takes for likely.
double cited_range(double low, double mode, double high, double u);

// Log-standard deviation of what is carried with this class (priors of section 5). Times differ more between devices of
// one memory class than efficiencies do.
double prior_log_sd(results::TransferClass transfer, Role role);

// The factor by which the class spreads a figure, at share u: lognormal around 1; for a claimed peak of class T5 the
// part of it that is delivered, triangular (0.6, 0.9, 1.0). A figure with a cited range of its own is not spread again
// by a prior.
double prior_factor(results::TransferClass transfer, Role role, bool ranged, double u);

// n shares in (0, 1), one in each of n equal strata, in a random order (Latin hypercube). The same seed and identity
// give the same shares in every design, so that what two designs share cancels when they are compared (section 6).
std::vector<double> stratified(std::uint64_t seed, std::string_view identity, std::size_t n);

}  // namespace sextant::analysis
