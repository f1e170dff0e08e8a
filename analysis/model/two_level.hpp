// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/collective.hpp"

// Two networks, one inside another: groups of `local` devices share a fast one, a slower one joins the groups, and each
// device has its own port to both (decode-model.md section 4.8).
namespace sextant::analysis {

struct TwoLevel {
  double local = 1;    // devices of a group
  Interconnect inner;  // among them
  Interconnect outer;  // between groups, per device
};

// Reduce-scatter inside, all-reduce of 1/local across, all-gather inside; or, for few bytes, an all-reduce inside and
// one of everything across. `ranks` within one group use the inner network alone.
CollectiveTime all_reduce(const TwoLevel& network, double ranks, double bytes);

// Gathered across first, where it is least, then inside.
CollectiveTime all_gather(const TwoLevel& network, double ranks, double bytes);
CollectiveTime reduce_scatter(const TwoLevel& network, double ranks, double bytes);

// Every rank sends `bytes`, counted with a copy for each rank that needs one. Direct, or each byte once to every group
// that needs it and on from there inside: `copies` >= 1 is how often a byte is wanted in a group that wants it.
CollectiveTime all_to_all(const TwoLevel& network, double ranks, double bytes, double copies = 1);

CollectiveTime broadcast(const TwoLevel& network, double ranks, double bytes);

// Between groups: the slower of the two ways that stages of a pipeline may lie.
CollectiveTime point_to_point(const TwoLevel& network, double ranks, double bytes);
CollectiveTime barrier(const TwoLevel& network, double ranks);

// Of `groups` that hold `experts` in equal parts, how many a token reaches that chooses k of them at random: what
// remains of k copies when each group gets one (DeepSeek-V3 calls it node-limited routing when it is bounded).
double groups_reached(double groups, double experts, double k);

}  // namespace sextant::analysis
