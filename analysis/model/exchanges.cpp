// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/exchanges.hpp"

namespace sextant::analysis {

Exchanges exchanges(const Workload& w, const Parallelism& p, const Share& s) {
  const Model& m = w.model;
  const double b_a = w.precision.activation;
  const double group = p.tensor * p.context;
  const double row = s.rows * m.hidden * b_a;
  const double heads = s.query_heads * p.context;  // of a context group: ceil(H/T)
  const double value = m.value_size > 0 ? m.value_size : m.head_size;
  const double cached = attention_layers(m);
  const bool spread = p.expert > 1 && p.data > 1;
  // A group's tokens are on each of its devices; each sends its part of them to k experts of the stage.
  const double sent = s.rows / group * m.experts_per_token * m.hidden * b_a;

  Exchanges list{};
  const auto at = [&list](Purpose purpose) -> Exchange& { return list[static_cast<std::size_t>(purpose)]; };
  if (group > 1) {
    at(Purpose::attention) = {Collective::all_reduce, m.parallel_blocks ? 0 : m.layers, group, row};
    at(Purpose::feed_forward) = {Collective::all_reduce, m.layers, group, row};
    at(Purpose::logits) = {Collective::all_gather, 1, group, s.rows * m.vocabulary * b_a};
  }
  if (p.context > 1) {
    at(Purpose::query) = {Collective::all_gather, cached, p.context, s.rows * heads * m.head_size * b_a};
    at(Purpose::context) = {Collective::all_reduce, cached, p.context, s.rows * heads * (value + 2) * 4};
  }
  if (spread) {
    at(Purpose::dispatch) = {Collective::all_to_all, moe_layers(m), group * p.data, sent};
    at(Purpose::combine) = {Collective::all_to_all, moe_layers(m), group * p.data, sent};
  }
  if (p.pipeline > 1) at(Purpose::stage) = {Collective::point_to_point, p.pipeline, 2, row};
  return list;
}

}  // namespace sextant::analysis
