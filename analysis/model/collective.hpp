// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/interconnect.hpp"

// Time of a collective from latency, bandwidth and topology: decode-model.md section 4.8. Every function takes the
// fastest algorithm that the topology can run; one rank costs nothing. Nothing here allocates or throws.
namespace sextant::analysis {

enum class Algorithm {
  none,
  ring,
  recursive_doubling,
  reduce_scatter_gather,
  one_shot,
  two_shot,
  torus,
  in_network,
  tree,
  bruck,
  two_level,
};
inline constexpr const char* algorithm_names[] = {"none",
                                                  "ring",
                                                  "recursive doubling",
                                                  "reduce-scatter and gather",
                                                  "one-shot",
                                                  "two-shot",
                                                  "torus",
                                                  "in-network reduction",
                                                  "pipelined tree",
                                                  "Bruck",
                                                  "two-level"};

struct CollectiveTime {
  double latency = 0;   // s that remain when no byte is sent
  double transfer = 0;  // s for the bytes
  Algorithm algorithm = Algorithm::none;
  double seconds() const { return latency + transfer; }
};

// Every rank holds `bytes` and ends with the sum over ranks.
CollectiveTime all_reduce(const Interconnect& interconnect, double ranks, double bytes);

// Each rank ends with all `bytes`, of which it held its share.
CollectiveTime all_gather(const Interconnect& interconnect, double ranks, double bytes);

// Every rank holds `bytes` and ends with its share of the sum: an all-gather backwards.
CollectiveTime reduce_scatter(const Interconnect& interconnect, double ranks, double bytes);

// Every rank sends `bytes`, an equal part of it to each rank (one of them itself).
CollectiveTime all_to_all(const Interconnect& interconnect, double ranks, double bytes);

// One rank's `bytes` reach all.
CollectiveTime broadcast(const Interconnect& interconnect, double ranks, double bytes);

// One message to a neighbour, as between stages of a pipeline. It has one link of the sender to itself, not all.
CollectiveTime point_to_point(const Interconnect& interconnect, double ranks, double bytes);

// No rank leaves before all have come.
CollectiveTime barrier(const Interconnect& interconnect, double ranks);

}  // namespace sextant::analysis
