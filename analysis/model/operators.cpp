// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/operators.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/model/experts.hpp"

namespace sextant::analysis {
namespace {

double ffn_matrices(const Model& m) { return m.gated ? 3 : 2; }

double value_size(const Model& m) { return m.value_size > 0 ? m.value_size : m.head_size; }

double shared_width(const Model& m) { return m.shared_experts * (m.shared_ffn > 0 ? m.shared_ffn : m.expert_ffn); }

double mean_context(const Workload& w) { return w.context + w.output / 2; }

// Tokens that whole pages hold (4.1).
double paged(double tokens, double page) { return page > 1 ? std::ceil(tokens / page) * page : tokens; }

// What a device holds of the projections around attention, in elements of one layer.
struct Projections {
  double in = 0;         // QKV, or the latent down- and up-projections
  double out = 0;        // output projection
  double heads_out = 0;  // elements a row has between them
};

// d (H + 2K) d_h and H d_h d, with whole heads on a device (4.1).
Projections grouped_projections(const Model& m, double query, double kv) {
  const double v = value_size(m);
  return {m.hidden * (query * m.head_size + kv * (m.head_size + v)), query * v * m.hidden, query * v};
}

// Latent attention: the query is expanded from its rank, the cache is the latent itself, and the key and value
// up-projections are absorbed into query and output (4.1). The down-projections are replicated on every device.
Projections latent_projections(const Model& m, double heads, double latent) {
  const double query_width = heads * (m.latent_nope + m.latent_rope);
  const double query = m.latent_query_rank > 0
                           ? m.hidden * m.latent_query_rank * latent + m.latent_query_rank * query_width
                           : m.hidden * query_width;
  const double down = m.hidden * (m.latent_rank + m.latent_rope) * latent;
  const double absorbed = heads * m.latent_rank * (m.latent_nope + value_size(m));
  return {query + down + absorbed, heads * value_size(m) * m.hidden, heads * value_size(m)};
}

Projections projections(const Model& m, const Share& s, double kv_heads) {
  return m.attention == Attention::latent ? latent_projections(m, s.query_heads, s.latent)
                                          : grouped_projections(m, s.query_heads, kv_heads);
}

// Elements of one token and layer in the cache of one device.
double cache_elements_on_device(const Model& m, const Share& s, double kv_heads) {
  if (m.attention == Attention::latent) return (m.latent_rank + m.latent_rope) * s.latent;
  return kv_heads * (m.head_size + value_size(m));
}

// Elements of one token that lie together: of one head, or the latent (4.1, gather granularity).
double block_elements(const Model& m) {
  return m.attention == Attention::latent ? m.latent_rank + m.latent_rope : m.head_size + value_size(m);
}

// Score and value products of one token, one layer, one device: 4 H d_h S, or 2 H (2 d_c + d_rope) S when absorbed
// (4.1).
double attention_flops(const Model& m, const Share& s, double tokens) {
  const double latent = 2 * (2 * m.latent_rank + m.latent_rope);
  const double grouped = 2 * (m.head_size + value_size(m));
  return s.query_heads * tokens * (m.attention == Attention::latent ? latent : grouped);
}

// The cache is read once for all positions of a sequence: a verified draft costs arithmetic, not bandwidth (4.9). A
// common prefix is read once for its sharers, or once for each (4.1).
Operator attention(const Workload& w, const Share& s, Operation operation, double layers, double kv_heads,
                   double tokens, double prefix) {
  const Model& m = w.model;
  const Precision& b = w.precision;
  const double elements = cache_elements_on_device(m, s, kv_heads);
  const double row = s.query_heads * (m.head_size + value_size(m));
  const double readers = w.cache.cascade ? std::max(1.0, s.sequences / w.cache.prefix_sharers) : s.sequences;
  return {.operation = operation,
          .count = layers,
          .kernels = 1,
          .cache_bytes = s.sequences * paged(tokens - prefix, w.cache.page) * elements * b.cache,
          .cache_block = w.cache.page > 1 ? w.cache.page * block_elements(m) * b.cache : 0,
          .prefix_bytes = prefix > 0 ? readers * prefix * elements * b.cache : 0,
          .written_bytes = s.rows * elements * b.cache,
          .activation_bytes = b.activation * s.rows * row,
          .flops = s.rows * attention_flops(m, s, tokens),
          .inputs = row / 2,
          .outputs = row / 2,
          .arithmetic = b.cache_arithmetic};
}

// A product of a device's rows with a matrix of `elements`, `in` wide and `out` wide: b_w elements, b_a B (in + out),
// 2 B elements.
Operator product(const Workload& w, const Share& s, Operation operation, double count, double elements,
                 double bytes_each, double in, double out) {
  return {.operation = operation,
          .count = count,
          .kernels = 1,
          .weight_bytes = elements * bytes_each,
          .activation_bytes = w.precision.activation * s.rows * (in + out),
          .flops = 2 * s.rows * elements,
          .inputs = in,
          .outputs = out,
          .arithmetic = w.precision.weight_arithmetic};
}

// Two products, into the wide row and out of it: b_a B (2d + 3F) (4.1).
Operator feed_forward(const Workload& w, const Share& s, Operation operation, double count, double ffn,
                      double bytes_each) {
  const Model& m = w.model;
  Operator op =
      product(w, s, operation, count, ffn_matrices(m) * m.hidden * ffn, bytes_each, m.hidden + ffn, m.hidden + ffn);
  op.kernels = 2;
  op.activation_bytes += w.precision.activation * s.rows * ffn;
  return op;
}

// 3 d F_e N_dist read, 6 B d F_e k computed (4.1, 4.3), by the device whose experts have most to do: the others wait.
Operator mixture(const Workload& w, const Share& s, double layers) {
  const Model& m = w.model;
  if (m.experts <= 0) return {.operation = Operation::experts};
  const ExpertLoad load = expert_load(m.experts, m.experts_per_token, s.routed, s.expert_ranks, w.routing);
  const double width = ffn_matrices(m) * m.hidden * m.expert_ffn * s.expert_width;
  const double rows = load.rows;  // (token, expert) pairs on this device
  return {.operation = Operation::experts,
          .count = layers,
          .kernels = 2,
          .weights = Object::experts,
          .weight_bytes = w.precision.expert * width * load.experts,
          .activation_bytes = w.precision.activation * rows * (2 * m.hidden + 3 * m.expert_ffn * s.expert_width),
          .flops = 2 * rows * width,
          .inputs = m.hidden + m.experts_per_token * m.expert_ffn * s.expert_width,
          .outputs = m.hidden + m.experts_per_token * m.expert_ffn * s.expert_width,
          .choices = load.experts,
          .arithmetic = w.precision.expert_arithmetic};
}

// Linear attention and state-space mixers: the projections, and a state that is read and written for every token (4.1).
Operator state_mixer(const Workload& w, const Share& s) {
  const Model& m = w.model;
  const double weights = m.state_weights * s.dense;
  const double state = m.state_elements * s.dense;
  Operator op = product(w, s, Operation::state, m.state_layers, weights, w.precision.weight, m.hidden, m.hidden);
  op.kernels = 3;
  op.cache_bytes = s.sequences * state * w.precision.state;
  op.written_bytes = op.cache_bytes;
  op.flops += 4 * s.rows * state;
  return op;
}

}  // namespace

double attention_layers(const Model& m) { return m.layers - m.state_layers; }

double full_attention_layers(const Model& m) {
  if (m.window <= 0) return attention_layers(m);
  if (m.full_attention_every <= 0) return 0;
  return std::round(attention_layers(m) / m.full_attention_every);
}

double moe_layers(const Model& m) {
  return m.experts > 0 ? std::floor((m.layers - m.first_dense_layers) / std::max(1.0, m.moe_layer_every)) : 0;
}

double cache_elements(const Model& m) {
  return m.attention == Attention::latent ? m.latent_rank + m.latent_rope
                                          : m.key_value_heads * (m.head_size + value_size(m));
}

double cache_bytes_per_token(const Model& m, const Precision& precision) {
  return attention_layers(m) * cache_elements(m) * precision.cache;
}

Share share(const Workload& w, const Parallelism& p) {
  const Model& m = w.model;
  const double window_heads = m.window_key_value_heads > 0 ? m.window_key_value_heads : m.key_value_heads;
  const double replica = std::ceil(w.batch / p.data);
  const double micro_batches = std::min(p.pipeline, replica);
  Share s;
  s.query_heads = std::ceil(m.query_heads / p.tensor) / p.context;
  s.key_value_heads = std::ceil(m.key_value_heads / p.tensor) / p.context;
  s.window_key_value_heads = std::ceil(window_heads / p.tensor) / p.context;
  s.latent = 1 / p.context;
  s.dense = 1 / (p.tensor * p.context);
  s.layers = 1 / p.pipeline;
  s.sequences = std::ceil(replica / micro_batches);
  s.kept = replica;
  s.rows = s.sequences * positions(w);
  // Experts that are spread take tokens from every replica of the stage; otherwise each replica has its own.
  const bool spread = p.expert > 1;
  s.routed = spread ? s.rows * std::min(p.data, w.batch) : s.rows;
  s.experts = m.experts / p.expert;
  s.expert_width = spread ? p.expert / (p.tensor * p.context * p.data) : s.dense;
  s.expert_ranks = p.expert;
  return s;
}

Operators operators(const Workload& w, double devices) {
  return operators(w, share(w, resolved(w.parallelism, devices)));
}

Operators operators(const Workload& w, const Share& s) {
  const Model& m = w.model;
  const Precision& b = w.precision;
  const double cached = attention_layers(m);
  const double full = full_attention_layers(m);
  const double mixed = moe_layers(m);
  const double tokens = mean_context(w);
  // Layers with their own count of windowed KV heads differ in a few per cent of the projections; they are averaged.
  const Projections at_full = projections(m, s, s.key_value_heads);
  const Projections at_window = projections(m, s, s.window_key_value_heads);
  const double full_share = cached > 0 ? full / cached : 1;
  const double in = full_share * at_full.in + (1 - full_share) * at_window.in;

  Operators ops;
  ops[0] = product(w, s, Operation::embedding, 1, 0, b.embedding, 0, m.hidden);
  ops[0].weights = m.tied_embeddings ? Object::weights : Object::tables;
  ops[0].weight_bytes = b.embedding * m.hidden * s.rows;  // a row for each token
  ops[1] = product(w, s, Operation::query_key_value, cached, in, b.weight, m.hidden, in / m.hidden);
  ops[2] = attention(w, s, Operation::attention, full, s.key_value_heads, tokens, std::min(w.cache.prefix, tokens));
  ops[3] = attention(w, s, Operation::window_attention, cached - full, s.window_key_value_heads,
                     m.window > 0 ? std::min(tokens, m.window) : tokens, 0);
  ops[4] = product(w, s, Operation::output_projection, cached, at_full.out, b.weight, at_full.heads_out, m.hidden);
  ops[5] = state_mixer(w, s);
  ops[6] = feed_forward(w, s, Operation::feed_forward, m.layers - mixed, m.ffn * s.dense, b.weight);
  ops[7] = product(w, s, Operation::router, mixed, m.hidden * m.experts, b.weight, m.hidden, m.experts);
  ops[8] = feed_forward(w, s, Operation::shared_experts, shared_width(m) > 0 ? mixed : 0, shared_width(m) * s.dense,
                        b.expert);
  ops[8].arithmetic = b.expert_arithmetic;
  ops[9] = mixture(w, s, mixed);
  ops[10] = {.operation = Operation::normalisation,
             .count = m.layers,
             .kernels = 2,
             .activation_bytes = 6 * b.activation * s.rows * m.hidden,
             .flops = 20 * s.rows * m.hidden,
             .arithmetic = b.weight_arithmetic};
  ops[11] = product(w, s, Operation::head, 1, m.hidden * m.vocabulary * s.dense, b.embedding, m.hidden,
                    m.vocabulary * s.dense);
  return ops;
}

double streamed_weights(const Workload& w, const Share& s) {
  const Model& m = w.model;
  const Projections attention = projections(m, s, s.key_value_heads);
  const double layer = attention.in + attention.out + ffn_matrices(m) * m.hidden * m.ffn * s.dense;
  return w.precision.weight * m.layers * layer + w.precision.embedding * m.hidden * m.vocabulary * s.dense;
}

Objects resident(const Workload& w, const Share& s, double tokens) {
  const Model& m = w.model;
  const Precision& b = w.precision;
  const double mixed = moe_layers(m);
  const double full = full_attention_layers(m);
  const double windowed_layers = attention_layers(m) - full;
  const Projections at_full = projections(m, s, s.key_value_heads);
  const Projections at_window = projections(m, s, s.window_key_value_heads);
  const double width = ffn_matrices(m) * m.hidden;
  const double dense = full * (at_full.in + at_full.out) + windowed_layers * (at_window.in + at_window.out) +
                       m.state_layers * m.state_weights * s.dense + (m.layers - mixed) * width * m.ffn * s.dense +
                       mixed * m.hidden * m.experts;
  const double shared = mixed * width * shared_width(m) * s.dense;
  const double table = b.embedding * m.vocabulary * m.hidden * s.dense;

  const double prefix = std::min(w.cache.prefix, tokens);
  const double slack = w.cache.page > 1 ? (w.cache.page - 1) / 2 : 0;
  const double windowed = m.window > 0 ? std::min(tokens, m.window) : tokens;
  const double at_full_token = full * cache_elements_on_device(m, s, s.key_value_heads) * b.cache / m.cache_sharing;
  const double at_window_token =
      windowed_layers * cache_elements_on_device(m, s, s.window_key_value_heads) * b.cache / m.cache_sharing;
  const double state = m.state_layers * m.state_elements * s.dense * b.state;
  const double copies = prefix > 0 ? std::max(1.0, std::ceil(s.kept / w.cache.prefix_sharers)) : 0;

  Objects bytes{};
  const auto at = [&bytes](Object object) -> double& { return bytes[static_cast<std::size_t>(object)]; };
  // The last stage holds the head and no input embedding: of several stages the busiest has one table.
  at(Object::weights) = s.layers * (b.weight * dense + b.expert * shared) + table;
  at(Object::tables) = m.tied_embeddings || s.layers < 1 ? 0 : table;
  at(Object::experts) = s.layers * mixed * b.expert * width * m.expert_ffn * s.experts * s.expert_width;
  at(Object::cache) =
      s.layers * s.kept * ((tokens - prefix + slack) * at_full_token + (windowed + slack) * at_window_token + state);
  at(Object::prefix) = s.layers * copies * prefix * at_full_token;
  return bytes;
}

double resident_weights(const Workload& w, double devices) {
  const Objects bytes = resident(w, share(w, resolved(w.parallelism, devices)), 0);
  return bytes[static_cast<std::size_t>(Object::weights)] + bytes[static_cast<std::size_t>(Object::experts)] +
         bytes[static_cast<std::size_t>(Object::tables)];
}

double resident_cache(const Workload& w, double devices, double tokens) {
  const Objects bytes = resident(w, share(w, resolved(w.parallelism, devices)), tokens);
  return bytes[static_cast<std::size_t>(Object::cache)] + bytes[static_cast<std::size_t>(Object::prefix)];
}

namespace {

// Bytes at one byte an element are elements.
double elements(const Model& model, double experts_used) {
  Workload w;
  w.model = model;
  w.model.experts = 0;
  w.precision = {1, 1, 1, 1, 1, 1};
  Objects one = resident(w, share(w, {1, 1, 1, 1, 1}), 0);
  double sum = one[static_cast<std::size_t>(Object::weights)] + one[static_cast<std::size_t>(Object::tables)];
  const double mixed = moe_layers(model);
  const double width = ffn_matrices(model) * model.hidden;
  return sum + mixed * (width * (experts_used * model.expert_ffn + shared_width(model) - model.ffn) +
                        model.hidden * model.experts);
}

}  // namespace

double parameters(const Model& m) { return elements(m, m.experts); }
double active_parameters(const Model& m) { return elements(m, m.experts_per_token); }

}  // namespace sextant::analysis
