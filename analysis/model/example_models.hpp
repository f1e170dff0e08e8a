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

// PaLM 540B: one KV head, attention and FFN side by side, embeddings tied (Chowdhery et al. 2022, table 1).
inline Model palm_540b() {
  return {.layers = 118,
          .hidden = 18432,
          .query_heads = 48,
          .key_value_heads = 1,
          .head_size = 256,
          .ffn = 73728,
          .vocabulary = 256000,
          .tied_embeddings = true,
          .parallel_blocks = true};
}

// A flash tier beside the memory, as HBF is: read in a known order at full bandwidth, never written while serving.
inline void add_flash(Hardware& h, double capacity, double bandwidth, double latency, double prediction = 0) {
  h.tiers[h.tier_count++] = {.capacity = capacity,
                             .read_bandwidth = bandwidth,
                             .latency = latency,
                             .prediction = prediction,
                             .holds_cache = false};
}

inline Workload at(Model model, double batch = 1, double context = 4096) {
  Workload w;
  w.model = model;
  w.batch = batch;
  w.context = context;
  return w;
}

// Units near the memory, each with its part of the bandwidth and the arithmetic of the device.
inline void add_units(Hardware& h, double units, double imbalance, double link, double synchronisation) {
  h.near_data.units = units;
  h.near_data.imbalance = imbalance;
  h.near_data.link_bandwidth = link;
  h.near_data.synchronisation = synchronisation;
}

inline Precision all_bytes(double bytes) { return {bytes, bytes, bytes, bytes, 0}; }  // activations left out

// Nothing but memory: no arithmetic to speak of, no fixed cost, links of no cost.
inline Hardware pure_memory(double devices, double bandwidth) {
  Hardware h;
  h.devices = devices;
  h.memory() = {.capacity = 1e15, .read_bandwidth = bandwidth, .write_bandwidth = bandwidth};
  h.compute.fill(1e30);
  h.overlap = 8;
  h.interconnect().topology = Topology::switched;
  return h;
}

}  // namespace sextant::analysis::example
