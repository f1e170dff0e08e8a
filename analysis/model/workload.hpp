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
  double full_attention_every = 1;    // one attention layer in n attends to everything; 0 = none does
  double window_key_value_heads = 0;  // where windowed layers have their own count; 0 = K
  double cache_sharing = 1;           // layers that share one cache: fewer bytes to keep, as many to read

  // Layers without a cache: linear attention and state-space mixers carry a state of constant size instead.
  double state_layers = 0;
  double state_elements = 0;  // of one such layer and sequence, read and written for every token
  double state_weights = 0;   // elements of the projections of one such layer

  bool parallel_blocks = false;  // attention and FFN side by side on one input (PaLM, GPT-J, Falcon)
};

// Bytes of an element, scales of its block included, and what multiplies it.
struct Precision {
  double weight = 2;      // b_w of attention and dense layers
  double expert = 2;      // b_w of experts (gpt-oss stores only these in four bits)
  double embedding = 2;   // b_w of the input embedding and the output head
  double cache = 2;       // b_kv
  double activation = 2;  // b_a
  double state = 4;       // of the state of linear attention, which sums over the whole context
  Arithmetic weight_arithmetic = Arithmetic::bf16;
  Arithmetic expert_arithmetic = Arithmetic::bf16;
  Arithmetic cache_arithmetic = Arithmetic::bf16;
};

// How the cache is kept (4.1).
struct CacheLayout {
  double page = 1;            // tokens of a page: reads and capacity round up to whole ones
  double prefix = 0;          // tokens at the start that `prefix_sharers` sequences have in common, kept once
  double prefix_sharers = 1;  // g
  bool cascade = true;        // the common prefix is read once for all sharers, not once for each
};

// Which experts tokens choose (4.3).
struct Routing {
  double correlation = 0;  // rho: 0 = every token routes for itself, 1 = all alike
  double popularity = 0;   // exponent of Zipf's law over the experts; 0 = all equally popular
};

// A small model drafts `tokens`, the large one verifies them in one step (4.9). tokens 0 = none.
struct Speculation {
  double tokens = 0;      // g
  double acceptance = 0;  // a: probability that a drafted token is accepted, given that those before it were
  Model draft;
  Precision draft_precision;
};

// Diffusion-style decoding: a block of tokens is refined together. tokens 1 = one after the other.
struct Block {
  double tokens = 1;
  double steps = 1;  // passes over the block until it is done
};

// Prompts are prefilled on other machines and handed over (4.9). bandwidth 0 = they are not.
struct Prefill {
  double prompt = 0;     // tokens handed over for each sequence
  double seconds = 0;    // that one of those machines takes for a prompt
  double bandwidth = 0;  // byte/s of the link to them
};

// Degrees; tensor x context x data x pipeline are the devices. At most one degree is 0: whatever the others leave.
struct Parallelism {
  double tensor = 0;    // T: heads and FFN columns
  double context = 1;   // C: the cache by token (sequence-parallel attention); projections and FFN by T C
  double data = 1;      // D: sequences; each replica keeps the dense weights
  double pipeline = 1;  // P: layers
  double expert = 1;    // X: experts over the T C D devices of a stage, each cut into T C D / X; 1 = as dense layers
};

struct Workload {
  std::string name;
  std::string model_name;
  Model model;
  Precision precision;
  double batch = 1;            // B, sequences decoded together
  double context = 0;          // tokens in the cache of each sequence when decoding starts
  double output = 0;           // tokens decoded; the mean step sees context + output/2
  double longest_context = 0;  // that the model was made for; 0 = not known
  CacheLayout cache;
  Routing routing;
  Speculation speculation;
  Block block;
  Prefill prefill;
  Parallelism parallelism;
  bool search_split = false;  // a projection looks for the fastest split that fits instead (split.hpp)
};

// Tokens of a sequence that go through the model in one step: 1, g + 1 while verifying, or a block.
double positions(const Workload& workload);

// Tokens of a sequence that a step brings: 1, tau = (1 - a^(g+1)) / (1 - a) (4.9, Leviathan 2023), or block / steps.
double tokens_per_step(const Workload& workload);

// The same workload decoded by the draft model alone.
Workload drafting(const Workload& workload);

// Every degree at least 1. A degree of 0 becomes what the others leave of `devices`.
Parallelism resolved(const Parallelism& parallelism, double devices);

// Why this model cannot be shared like that, in a sentence that names the degree; empty when it can. Heads are not cut:
// T divides H, and K or K divides T; X divides E and T C D; P is at most L; the product is the number of devices.
std::string refusal(const Model& model, const Parallelism& resolved, double devices);

}  // namespace sextant::analysis
