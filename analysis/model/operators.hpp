// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "analysis/model/workload.hpp"

// Bytes and floating-point operations of one decode step: decode-model.md section 4.1.
namespace sextant::analysis {

enum class Operation {
  embedding,
  query_key_value,
  attention,
  window_attention,
  output_projection,
  feed_forward,
  router,
  experts,
  normalisation,
  head,
};
inline constexpr std::size_t operation_count = 10;
inline constexpr const char* operation_names[operation_count] = {
    "input embedding", "QKV projection", "attention",          "windowed attention", "output projection",
    "feed-forward",    "router",         "mixture of experts", "norms and residual", "output head"};

// One execution on one device, and how often a step executes it.
struct Operator {
  Operation operation{};
  double count = 0;    // executions in a step
  double kernels = 0;  // launches in one execution
  double weight_bytes = 0;
  double cache_bytes = 0;
  double activation_bytes = 0;
  double flops = 0;
  double inputs = 0;   // elements a row of the input holds: what near-data units must be sent
  double outputs = 0;  // and what they give back
  Arithmetic arithmetic = Arithmetic::bf16;
  bool data_dependent = false;  // the address of the weights is known only after the router (address class C of 4.5)
};

using Operators = std::array<Operator, operation_count>;

// The step at mean context, sharded over `devices` by tensor parallelism. Heads do not split: a device holds
// ceil(H/devices) query heads and ceil(K/devices) KV heads, so KV heads are replicated once devices exceed K.
Operators operators(const Workload& workload, double devices);

double full_attention_layers(const Model& model);
double moe_layers(const Model& model);

// Elements of one token in the cache of one layer of full attention, whole model. Bytes: times Precision::cache.
double cache_elements(const Model& model);

// Bytes of one token in the cache over all layers, windows not applied: 2 L K d_h b_kv, or L (d_c + d_rope) b_kv.
double cache_bytes_per_token(const Model& model, const Precision& precision);

// Bytes of the weights one device holds, input embedding included.
double resident_weights(const Workload& workload, double devices);

// Bytes of the cache one device holds when `tokens` of every sequence are in it; windowed layers hold their window.
double resident_cache(const Workload& workload, double devices, double tokens);

}  // namespace sextant::analysis
