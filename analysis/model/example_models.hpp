// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/model/hardware.hpp"
#include "analysis/model/workload.hpp"

// Shapes and machines that the tests and benchmarks of this folder share. Shapes: decode-model.md section 8.
namespace sextant::analysis::example {

inline Model llama_2_7b() {
  return {.layers = 32,
          .hidden = 4096,
          .query_heads = 32,
          .key_value_heads = 32,
          .head_size = 128,
          .ffn = 11008,
          .vocabulary = 32000};
}
inline Model llama_3_8b() {
  return {.layers = 32,
          .hidden = 4096,
          .query_heads = 32,
          .key_value_heads = 8,
          .head_size = 128,
          .ffn = 14336,
          .vocabulary = 128256};
}
inline Model llama_3_70b() {
  return {.layers = 80,
          .hidden = 8192,
          .query_heads = 64,
          .key_value_heads = 8,
          .head_size = 128,
          .ffn = 28672,
          .vocabulary = 128256};
}
inline Model llama_31_405b() {
  return {.layers = 126,
          .hidden = 16384,
          .query_heads = 128,
          .key_value_heads = 8,
          .head_size = 128,
          .ffn = 53248,
          .vocabulary = 128256};
}
inline Model mixtral_8x7b() {
  return {.layers = 32,
          .hidden = 4096,
          .query_heads = 32,
          .key_value_heads = 8,
          .head_size = 128,
          .ffn = 14336,
          .vocabulary = 32000,
          .experts = 8,
          .experts_per_token = 2,
          .expert_ffn = 14336};
}
inline Model deepseek_v3() {
  return {.layers = 61,
          .hidden = 7168,
          .query_heads = 128,
          .key_value_heads = 128,
          .head_size = 192,
          .value_size = 128,
          .ffn = 18432,
          .vocabulary = 129280,
          .experts = 256,
          .experts_per_token = 8,
          .shared_experts = 1,
          .expert_ffn = 2048,
          .shared_ffn = 2048,
          .first_dense_layers = 3,
          .attention = Attention::latent,
          .latent_rank = 512,
          .latent_rope = 64,
          .latent_query_rank = 1536,
          .latent_nope = 128};
}
inline Model gpt_oss_120b() {
  return {.layers = 36,
          .hidden = 2880,
          .query_heads = 64,
          .key_value_heads = 8,
          .head_size = 64,
          .ffn = 2880,
          .vocabulary = 201088,
          .experts = 128,
          .experts_per_token = 4,
          .expert_ffn = 2880,
          .window = 128,
          .full_attention_every = 2};
}

inline Precision all_bytes(double bytes) { return {bytes, bytes, bytes, bytes, 0}; }  // activations left out

// Nothing but memory: no arithmetic to speak of, no fixed cost, links of no cost.
inline Hardware pure_memory(double devices, double bandwidth) {
  Hardware h;
  h.devices = devices;
  h.memory = {1e15, bandwidth, 0};
  h.compute.fill(1e30);
  h.overlap = 8;
  h.interconnect.topology = Topology::switched;
  return h;
}

}  // namespace sextant::analysis::example
