// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "analysis/model/operators.hpp"
#include "analysis/model/workload.hpp"

// What the devices of a split tell each other in one decode step: decode-model.md section 4.8, calls per layer.
namespace sextant::analysis {

enum class Purpose { attention, feed_forward, query, context, dispatch, combine, stage, logits };
inline constexpr std::size_t purpose_count = 8;
inline constexpr const char* purpose_names[purpose_count] = {
    "sum after attention",     "sum after the FFN",      "queries to the context shards", "partial attention outputs",
    "tokens to their experts", "results of the experts", "activations between stages",    "logits"};

enum class Collective { all_reduce, all_gather, all_to_all, point_to_point };
inline constexpr const char* collective_names[] = {"all-reduce", "all-gather", "all-to-all", "point to point"};

struct Exchange {
  Collective collective{};
  double count = 0;  // in a step
  double ranks = 1;
  double bytes = 0;   // of one: the vector reduced or gathered, what a rank sends to the others, or the message
  double copies = 1;  // of all-to-all: how often a byte is wanted by devices of one group, 1 or more
};
using Exchanges = std::array<Exchange, purpose_count>;

// Two all-reduces of B d b_a bytes a layer over T C devices (one where attention and FFN stand side by side); with C > 1
// the queries are gathered and (o, m, l) in 4 bytes summed over C; with experts spread over replicas, tokens go to their
// experts and back; P messages between stages, the token's return to the first included; the logits once.
Exchanges exchanges(const Workload& workload, const Parallelism& resolved, const Share& share);

}  // namespace sextant::analysis
