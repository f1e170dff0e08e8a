// SPDX-License-Identifier: Apache-2.0
#pragma once

// Time of a collective from latency, bandwidth and topology: decode-model.md section 4.8.
namespace sextant::analysis {

enum class Topology { none, ring, fully_connected, torus, switched, switch_reduction };
inline constexpr const char* topology_names[] = {"none",  "ring",     "fully_connected",
                                                 "torus", "switched", "switch_reduction"};

enum class Algorithm { none, ring, recursive_doubling, reduce_scatter_gather, one_shot, two_shot, torus, in_network };
inline constexpr const char* algorithm_names[] = {
    "none",     "ring",  "recursive doubling",  "reduce-scatter and gather", "one-shot",
    "two-shot", "torus", "in-network reduction"};

struct Interconnect {
  Topology topology = Topology::none;
  double latency = 0;     // alpha, s: one message end to end, software and switch included
  double reduction = 0;   // t_red, s: what a switch adds to reduce
  double gap = 0;         // G, s/byte: reciprocal of what a device can inject
  double dimensions = 1;  // k of a torus; its links carry 1/(2k) of the injection bandwidth each
};

struct CollectiveTime {
  double latency = 0;   // s that remain when no byte is sent
  double transfer = 0;  // s for the bytes
  Algorithm algorithm = Algorithm::none;
  double seconds() const { return latency + transfer; }
};

// The fastest algorithm the topology can run, for `bytes` on each of `ranks` devices. One rank costs nothing.
CollectiveTime all_reduce(const Interconnect& interconnect, double ranks, double bytes);

// Half an all-reduce on every algorithm: each rank ends with all `bytes`, of which it held its share.
CollectiveTime all_gather(const Interconnect& interconnect, double ranks, double bytes);

}  // namespace sextant::analysis
