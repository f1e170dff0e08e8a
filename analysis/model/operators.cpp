// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/operators.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/model/experts.hpp"

namespace sextant::analysis {
namespace {

// Heads a device holds: whole ones, unless attention is shared by context, when no head belongs to one device.
double shards(double heads, double devices, bool split = false) {
  return split ? heads / devices : std::ceil(heads / devices);
}

double ffn_matrices(const Model& m) { return m.gated ? 3 : 2; }

double value_size(const Model& m) { return m.value_size > 0 ? m.value_size : m.head_size; }

double window_kv_heads(const Model& m) {
  return m.window_key_value_heads > 0 ? m.window_key_value_heads : m.key_value_heads;
}

// What a device holds of the projections around attention, in elements of one layer.
struct Projections {
  double in = 0;         // QKV, or the latent down- and up-projections
  double out = 0;        // output projection
  double heads_out = 0;  // elements a row has between them
};

// d (H + 2K) d_h and H d_h d, with whole heads on a device (4.1).
Projections grouped_projections(const Model& m, double devices, double kv_heads, bool split) {
  const double query = shards(m.query_heads, devices);
  const double kv = shards(kv_heads, devices, split);
  const double v = value_size(m);
  return {m.hidden * (query * m.head_size + kv * (m.head_size + v)), query * v * m.hidden, query * v};
}

// Latent attention: the query is expanded from its rank, the cache is the latent itself, and the key and value
// up-projections are absorbed into query and output (4.1). The down-projection is replicated on every device.
Projections latent_projections(const Model& m, double devices) {
  const double heads = shards(m.query_heads, devices);
  const double query_width = heads * (m.latent_nope + m.latent_rope);
  const double query = m.latent_query_rank > 0 ? m.hidden * m.latent_query_rank + m.latent_query_rank * query_width
                                               : m.hidden * query_width;
  const double down = m.hidden * (m.latent_rank + m.latent_rope);
  const double absorbed = heads * m.latent_rank * (m.latent_nope + value_size(m));
  return {query + down + absorbed, heads * value_size(m) * m.hidden, heads * value_size(m)};
}

Projections projections(const Workload& w, double devices, double kv_heads) {
  return w.model.attention == Attention::latent ? latent_projections(w.model, devices)
                                                : grouped_projections(w.model, devices, kv_heads, w.split_context);
}

// Elements of one token and layer in the cache of one device. The latent has no heads to share out (4.1).
double cache_elements_on_device(const Workload& w, double devices, double kv_heads) {
  const Model& m = w.model;
  if (m.attention == Attention::latent) return (m.latent_rank + m.latent_rope) / (w.split_context ? devices : 1);
  const double heads = shards(kv_heads, devices, w.split_context);
  return heads * (m.head_size + value_size(m));
}

// Score and value products of one token, one layer, one device: 4 H d_h S, or 2 H (2 d_c + d_rope) S when absorbed
// (4.1).
double attention_flops(const Workload& w, double devices, double tokens) {
  const Model& m = w.model;
  const double heads = shards(m.query_heads, devices, w.split_context);
  const double latent = 2 * (2 * m.latent_rank + m.latent_rope);
  const double grouped = 2 * (m.head_size + value_size(m));
  return heads * tokens * (m.attention == Attention::latent ? latent : grouped);
}

double mean_context(const Workload& w) { return w.context + w.output / 2; }

double shared_width(const Model& m) { return m.shared_experts * (m.shared_ffn > 0 ? m.shared_ffn : m.expert_ffn); }

Operator attention(const Workload& w, double devices, Operation operation, double layers, double kv_heads,
                   double tokens) {
  const Model& m = w.model;
  const Precision& b = w.precision;
  const double row = shards(m.query_heads, devices) * (m.head_size + value_size(m));
  return {.operation = operation,
          .count = layers,
          .kernels = 1,
          .cache_bytes = w.batch * tokens * cache_elements_on_device(w, devices, kv_heads) * b.cache,
          .activation_bytes = b.activation * w.batch * row,
          .flops = w.batch * attention_flops(w, devices, tokens),
          .inputs = row / 2,
          .outputs = row / 2,
          .arithmetic = b.cache_arithmetic};
}

// A product of B rows with a matrix of `elements`, `in` wide and `out` wide: b_w elements, b_a B (in + out), 2 B
// elements.
Operator product(const Workload& w, Operation operation, double count, double elements, double bytes_each, double in,
                 double out) {
  return {.operation = operation,
          .count = count,
          .kernels = 1,
          .weight_bytes = elements * bytes_each,
          .activation_bytes = w.precision.activation * w.batch * (in + out),
          .flops = 2 * w.batch * elements,
          .inputs = in,
          .outputs = out,
          .arithmetic = w.precision.weight_arithmetic};
}

// 3 d F_e (N_dist + s) read, 6 B d F_e (k + s) computed (4.1, 4.3).
Operator mixture(const Workload& w, double devices, double layers) {
  const Model& m = w.model;
  if (m.experts <= 0) return {.operation = Operation::experts};
  const double touched =
      distinct_experts(m.experts, m.experts_per_token, independent_tokens(w.batch, w.routing_correlation));
  const double width = ffn_matrices(m) * m.hidden / devices;
  const double active = m.experts_per_token * m.expert_ffn + shared_width(m);
  return {.operation = Operation::experts,
          .count = layers,
          .kernels = 2,
          .weight_bytes = w.precision.expert * width * (touched * m.expert_ffn + shared_width(m)),
          .activation_bytes =
              w.precision.activation * w.batch * (2 * m.hidden * m.experts_per_token + 3 * active / devices),
          .flops = 2 * w.batch * width * active,
          .inputs = m.hidden + active / devices,
          .outputs = m.hidden + active / devices,
          .arithmetic = w.precision.expert_arithmetic,
          .data_dependent = true};
}

}  // namespace

double full_attention_layers(const Model& m) {
  if (m.window <= 0) return m.layers;
  if (m.full_attention_every <= 0) return 0;
  return std::round(m.layers / m.full_attention_every);
}

double moe_layers(const Model& m) {
  return m.experts > 0 ? std::floor((m.layers - m.first_dense_layers) / std::max(1.0, m.moe_layer_every)) : 0;
}

double cache_elements(const Model& m) {
  return m.attention == Attention::latent ? m.latent_rank + m.latent_rope
                                          : m.key_value_heads * (m.head_size + value_size(m));
}

double cache_bytes_per_token(const Model& m, const Precision& precision) {
  return m.layers * cache_elements(m) * precision.cache;
}

Operators operators(const Workload& w, double devices) {
  const Model& m = w.model;
  const Precision& b = w.precision;
  const double full = full_attention_layers(m);
  const double mixed = moe_layers(m);
  const double tokens = mean_context(w);
  // Layers with their own count of windowed KV heads differ in a few per cent of the projections; they are averaged.
  const Projections at_full = projections(w, devices, m.key_value_heads);
  const Projections at_window = projections(w, devices, window_kv_heads(m));
  const double share = full / m.layers;
  const double in = share * at_full.in + (1 - share) * at_window.in;
  const double ffn = m.ffn / devices;

  Operators ops;
  ops[0] = product(w, Operation::embedding, 1, 0, b.embedding, 0, m.hidden);
  ops[0].weight_bytes = b.embedding * m.hidden * w.batch;  // B rows only
  ops[1] = product(w, Operation::query_key_value, m.layers, in, b.weight, m.hidden, in / m.hidden);
  ops[2] = attention(w, devices, Operation::attention, full, m.key_value_heads, tokens);
  ops[3] = attention(w, devices, Operation::window_attention, m.layers - full, window_kv_heads(m),
                     m.window > 0 ? std::min(tokens, m.window) : tokens);
  ops[4] = product(w, Operation::output_projection, m.layers, at_full.out, b.weight, at_full.heads_out, m.hidden);
  // Two products, into the wide row and out of it: b_a B (2d + 3F) (4.1).
  ops[5] = product(w, Operation::feed_forward, m.layers - mixed, ffn_matrices(m) * m.hidden * ffn, b.weight,
                   m.hidden + ffn, m.hidden + ffn);
  ops[5].kernels = 2;
  ops[5].activation_bytes += b.activation * w.batch * ffn;
  ops[6] = product(w, Operation::router, mixed, m.hidden * m.experts, b.weight, m.hidden, m.experts);
  ops[7] = mixture(w, devices, mixed);
  ops[8] = {.operation = Operation::normalisation,
            .count = m.layers,
            .kernels = 2,
            .activation_bytes = 6 * b.activation * w.batch * m.hidden,
            .flops = 20 * w.batch * m.hidden,
            .arithmetic = b.weight_arithmetic};
  ops[9] =
      product(w, Operation::head, 1, m.hidden * m.vocabulary / devices, b.embedding, m.hidden, m.vocabulary / devices);
  return ops;
}

double resident_weights(const Workload& w, double devices) {
  const Model& m = w.model;
  const Precision& b = w.precision;
  const double mixed = moe_layers(m);
  const double full = full_attention_layers(m);
  const Projections at_full = projections(w, devices, m.key_value_heads);
  const Projections at_window = projections(w, devices, window_kv_heads(m));
  const double attention_elements =
      full * (at_full.in + at_full.out) + (m.layers - full) * (at_window.in + at_window.out);
  const double width = ffn_matrices(m) * m.hidden / devices;
  const double dense = (m.layers - mixed) * width * m.ffn;
  const double expert = mixed * width * (m.experts * m.expert_ffn + shared_width(m));
  const double tables = (m.tied_embeddings ? 1 : 2) * m.vocabulary * m.hidden / devices;
  return b.weight * (attention_elements + dense + mixed * m.hidden * m.experts) + b.expert * expert +
         b.embedding * tables;
}

double resident_cache(const Workload& w, double devices, double tokens) {
  const Model& m = w.model;
  const double full = full_attention_layers(m);
  const double windowed = m.window > 0 ? std::min(tokens, m.window) : tokens;
  const double elements = full * tokens * cache_elements_on_device(w, devices, m.key_value_heads) +
                          (m.layers - full) * windowed * cache_elements_on_device(w, devices, window_kv_heads(m));
  return w.batch * w.precision.cache * elements;
}

}  // namespace sextant::analysis
