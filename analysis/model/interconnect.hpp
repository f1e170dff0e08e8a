// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

// How devices are joined, and what one message between them costs: decode-model.md section 4.8.
namespace sextant::analysis {

enum class Topology {
  none,
  ring,
  fully_connected,
  torus,
  switched,
  switch_reduction,
  tree,
  dragonfly,
  fat_tree,
};
inline constexpr const char* topology_names[] = {
    "none", "ring", "fully_connected", "torus", "switched", "switch_reduction", "tree", "dragonfly", "fat_tree"};

// Alpha and G for collectives of up to `upto` bytes: libraries change protocol with size, and a curve that one line
// misses by 62 % three lines follow to 15 % (decode-model.md section 8, C1).
struct Regime {
  double upto = 0;     // bytes; 0: not in use
  double latency = 0;  // alpha, s
  double gap = 0;      // G, s/byte
};

inline constexpr std::size_t torus_sides = 6;

struct Interconnect {
  Topology topology = Topology::none;
  // Alpha, s: one message end to end, software and the first link or switch included.
  double latency = 0;
  double reduction = 0;  // t_red, s: what a switch adds to reduce
  double gap = 0;        // G, s/byte: reciprocal of what a device can inject over all its links
  // k of a torus, whose links carry 1/(2k) of the injection bandwidth each; levels of switches of a fat tree.
  double dimensions = 1;
  // h, s: each further link or switch on the way. 0 where alpha was measured over the longest way; on a torus 0 means
  // that no router forwards, so that each hop is a message of its own.
  double hop = 0;
  double message_gap = 0;  // g, s: between two messages of one device (LogGP)
  double group = 1;        // devices of one dragonfly group or below one leaf switch of a fat tree
  double taper = 1;        // what a group can inject over what its links to other groups carry; 1: no bottleneck
  std::array<double, torus_sides> sides{};  // devices along each dimension; zeros: p^(1/k) in each
  std::array<Regime, 2> smaller{};          // for small collectives, by size; `latency` and `gap` hold beyond
};

// The same network with the alpha and G of a collective of `bytes`.
struct Line {
  double latency = 0, gap = 0;
};
Line line_at(const Interconnect& interconnect, double bytes);

// Links or switches on the way between the two most distant of `ranks` devices: torus sum p_i/2, dragonfly 3
// (local, global, local), fat tree 2 levels - 1 switches, tree up to the root and down.
double hops(const Interconnect& interconnect, double ranks);

// Devices along dimension i of a torus.
double side(const Interconnect& interconnect, double ranks, int dimension);

// Messages that climb a binary tree of `ranks` nodes: ceil(log2 p), also the rounds of a doubling.
double rounds(double ranks);

// What a message is made of. The delivery is the write to the memory of the receiver and the read of the flag that
// tells of it: a design that delivers into SRAM next to the cores leaves it out (decode-model.md section 4.8).
struct LatencyParts {
  double software = 0;  // s
  double hop = 0;       // s, each
  double delivery = 0;  // s
};
constexpr double end_to_end_latency(const LatencyParts& parts, double hops) {
  return parts.software + hops * parts.hop + parts.delivery;
}

}  // namespace sextant::analysis
