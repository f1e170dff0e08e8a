// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "analysis/model/workload.hpp"

// Bytes and floating-point operations of one decode step, and the bytes that must be kept: decode-model.md section 4.1.
namespace sextant::analysis {

enum class Operation {
  embedding,
  query_key_value,
  attention,
  window_attention,
  output_projection,
  state,
  feed_forward,
  router,
  shared_experts,
  experts,
  normalisation,
  head,
};
inline constexpr std::size_t operation_count = 12;
inline constexpr const char* operation_names[operation_count] = {
    "input embedding", "QKV projection", "attention",      "windowed attention", "output projection",  "state mixer",
    "feed-forward",    "router",         "shared experts", "mixture of experts", "norms and residual", "output head"};

// What is kept between steps, apart by how often it is read and whether it is written (4.4).
enum class Object {
  weights,  // of every layer and the output head: all read in every step, in a known order
  experts,  // read as the router says
  cache,    // of each sequence, state included: read in every step, and written
  prefix,   // cache of the common prefix: read in every step, never written
  tables,   // input embedding, unless it is the head too: a row for each token
};
inline constexpr std::size_t object_count = 5;
inline constexpr const char* object_names[object_count] = {"weights", "experts", "KV cache", "prefix cache",
                                                           "embedding table"};
using Objects = std::array<double, object_count>;  // byte

// One execution on one device, and how often a step executes it.
struct Operator {
  Operation operation{};
  double count = 0;    // executions in a step
  double kernels = 0;  // launches in one execution
  Object weights = Object::weights;
  double weight_bytes = 0;
  double cache_bytes = 0;   // of the sequences themselves, state included
  double cache_block = 0;   // byte of it at consecutive addresses, where it is kept in pages; 0 = long reads
  double prefix_bytes = 0;  // of the common prefix
  double written_bytes = 0;
  double activation_bytes = 0;
  double flops = 0;
  double inputs = 0;   // elements a row of the input holds: what near-data units must be sent
  double outputs = 0;  // and what they give back
  double choices = 0;  // addresses that are known only once the operators before it are done: experts read
  Arithmetic arithmetic = Arithmetic::bf16;
};

using Operators = std::array<Operator, operation_count>;
inline const Operator& of(const Operators& all, Operation one) { return all[static_cast<std::size_t>(one)]; }

// What one device has of a model and its load under a split, all degrees at least 1.
struct Share {
  double query_heads = 0;  // ceil(H/T) / C: heads are not cut, the context is
  double key_value_heads = 0;
  double window_key_value_heads = 0;
  double latent = 1;        // of the latent of MLA, which has no heads to share out
  double dense = 1;         // of the columns of a dense layer: 1 / (T C)
  double layers = 1;        // of the layers: 1 / P
  double sequences = 1;     // decoded together: of one micro-batch of one replica
  double kept = 1;          // sequences whose cache the device keeps: of all micro-batches
  double rows = 1;          // sequences x positions
  double routed = 1;        // rows that reach the experts of a group
  double experts = 0;       // E / X
  double expert_width = 1;  // share of an expert's columns
  double expert_ranks = 1;  // X
};
// With P stages the batch runs as min(P, B/D) micro-batches, so that every stage has work (4.8).
Share share(const Workload& workload, const Parallelism& resolved);

// The step at mean context (context + output / 2) on the busiest device.
Operators operators(const Workload& workload, const Share& share);
Operators operators(const Workload& workload, double devices);  // workload.parallelism resolved over them

// Weight bytes a device reads in a step of a dense model without state layers, the rows of the input embedding left out:
// the sum of weight_bytes over operators(), in a few multiplications.
double streamed_weights(const Workload& workload, const Share& share);

double attention_layers(const Model& model);       // layers with a cache
double full_attention_layers(const Model& model);  // of them, those without a window
double moe_layers(const Model& model);

// Elements of one token in the cache of one layer of full attention, whole model. Bytes: times Precision::cache.
double cache_elements(const Model& model);

// Bytes of one token in the cache over all layers, windows not applied: 2 L K d_h b_kv, or L (d_c + d_rope) b_kv.
double cache_bytes_per_token(const Model& model, const Precision& precision);

// Bytes one device keeps when `tokens` of every sequence are in the cache; windowed layers keep their window, pages are
// whole (half a page a sequence is empty on average), layers that share a cache keep it once.
Objects resident(const Workload& workload, const Share& share, double tokens);

// The same in two sums, for a whole model on `devices`: weights (input embedding included) and cache (prefix included).
double resident_weights(const Workload& workload, double devices);
double resident_cache(const Workload& workload, double devices, double tokens);

// Parameters of the model, norms left out; and those that one token uses.
double parameters(const Model& model);
double active_parameters(const Model& model);

}  // namespace sextant::analysis
