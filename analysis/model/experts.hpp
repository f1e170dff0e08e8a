// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

// How many experts a step must read: decode-model.md section 4.3.
namespace sextant::analysis {

// B_eff = 1 + (B - 1)(1 - rho): tokens that route for themselves, when a share rho of the others follows the first.
double independent_tokens(double batch, double routing_correlation);

// N_dist = E (1 - (1 - k/E)^B): mean number of distinct experts when every token draws k of E uniformly, without
// replacement within the token. Exact for independent tokens.
double distinct_experts(double experts, double experts_per_token, double tokens);

// The same for unequal popularity p_e (mean uses per token, summing to k): sum_e 1 - (1 - p_e)^B, never above the
// uniform value (Jensen).
double distinct_experts(std::span<const double> popularity, double tokens);

}  // namespace sextant::analysis
