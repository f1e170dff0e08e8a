// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// What is decoded: the shape of a model, the bytes of its elements, and the load. Numbers are doubles, because every
// one of them enters a product; bytes, tokens and counts carry no prefix.
namespace sextant::analysis {

// What the multipliers work on. A stored type may differ: 4-bit weights are often widened before they are multiplied.
enum class Arithmetic { f32, bf16, fp8, int8, fp4 };
inline constexpr int arithmetic_count = 5;
inline constexpr const char* arithmetic_names[arithmetic_count] = {"f32", "bf16", "fp8", "int8", "fp4"};

enum class Attention { grouped, latent };  // MHA, GQA and MQA are grouped; MLA is latent

// Shape of a decoder-only transformer; the names in the comments are the symbols of docs/decode-model.md.
struct Model {
  double layers = 0;             // L
  double hidden = 0;             // d
  double query_heads = 0;        // H
  double key_value_heads = 0;    // K
  double head_size = 0;          // d_h
  double value_size = 0;         // head size of V where it differs; 0 = head_size
  double ffn = 0;                // F, of a dense layer
  double vocabulary = 0;         // V
  bool tied_embeddings = false;  // input and output embedding are one matrix
  bool gated = true;             // three FFN matrices instead of two

  double experts = 0;             // E, 0 = dense model
  double experts_per_token = 0;   // k
  double shared_experts = 0;      // s
  double expert_ffn = 0;          // F_e
  double shared_ffn = 0;          // width of a shared expert; 0 = expert_ffn
  double first_dense_layers = 0;  // layers before the first mixture
  double moe_layer_every = 1;     // one layer in n is a mixture

  Attention attention = Attention::grouped;
  double latent_rank = 0;        // d_c
  double latent_rope = 0;        // d_rope
  double latent_query_rank = 0;  // 0 = the query is not compressed
  double latent_nope = 0;        // part of a query head without position

  double window = 0;                  // tokens seen by a windowed layer; 0 = no such layer
  double full_attention_every = 1;    // one layer in n attends to everything; 0 = none does
  double window_key_value_heads = 0;  // where windowed layers have their own count; 0 = K
};

// Bytes of an element and what multiplies it.
struct Precision {
  double weight = 2;      // b_w of attention and dense layers
  double expert = 2;      // b_w of experts (gpt-oss stores only these in four bits)
  double embedding = 2;   // b_w of the input embedding and the output head
  double cache = 2;       // b_kv
  double activation = 2;  // b_a
  Arithmetic weight_arithmetic = Arithmetic::bf16;
  Arithmetic expert_arithmetic = Arithmetic::bf16;
  Arithmetic cache_arithmetic = Arithmetic::bf16;
};

struct Workload {
  std::string name;
  std::string model_name;
  Model model;
  Precision precision;
  double batch = 1;                // B, sequences decoded together
  double context = 0;              // tokens in the cache of each sequence when decoding starts
  double output = 0;               // tokens decoded; the mean step sees context + output/2
  double routing_correlation = 0;  // rho of section 4.3: 0 = every token routes for itself, 1 = all alike
  bool split_context = false;      // attention shared over devices by context instead of by KV head
};

}  // namespace sextant::analysis
