// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "analysis/model/workload.hpp"

// How many experts a step must read, and what the busiest device of them has to do: decode-model.md section 4.3.
namespace sextant::analysis {

// B_eff = 1 + (B - 1)(1 - rho): tokens that route for themselves, when a share rho of the others follows the first.
double independent_tokens(double batch, double routing_correlation);

// N_dist = E (1 - (1 - k/E)^B): mean number of distinct experts when every token draws k of E uniformly, without
// replacement within the token. Exact for independent tokens.
double distinct_experts(double experts, double experts_per_token, double tokens);

// The same for unequal popularity p_e (mean uses per token, summing to k): sum_e 1 - (1 - p_e)^B, never above the
// uniform value (Jensen).
double distinct_experts(std::span<const double> popularity, double tokens);

// Popularity by Zipf's law, p_e proportional to e^-exponent, at most 1 each and summing to k. Written into
// `popularity`, one value for each expert, most popular first.
void zipf_popularity(double experts_per_token, double exponent, std::span<double> popularity);

// N_dist under Zipf's law without a value for each expert: the ranks are taken in 24 geometric groups, within 1 % of the
// sum over all of them (a test holds it to that). exponent 0 = the uniform formula.
double distinct_experts(double experts, double experts_per_token, double tokens, double exponent);

// The work of the busiest of X devices that each hold E / X experts.
struct ExpertLoad {
  double experts = 0;  // distinct experts it reads
  double rows = 0;     // (token, expert) pairs it computes
};

// phi = E[max over devices] / mean ~ 1 + sqrt(2 ln X (1 - 1/X) / m), m = B' k / X pairs on average (4.3); the distinct
// experts of a device vary as a binomial count and have the same correction, and are at most E / X. All pairs of one
// token on one device at the worst: rows never exceed tokens min(k, E / X).
ExpertLoad expert_load(double experts, double experts_per_token, double tokens, double ranks, const Routing& routing);

// E[max] / mean of the pairs on X devices, the Gaussian form above; 1 for one device.
double straggler_factor(double mean, double ranks);

}  // namespace sextant::analysis
