// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/workload.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

bool divides(double part, double whole) { return std::fmod(whole, part) == 0; }

std::string count(double value) { return std::to_string(static_cast<long long>(value)); }

}  // namespace

double positions(const Workload& w) { return std::max(w.speculation.tokens + 1, w.block.tokens); }

double tokens_per_step(const Workload& w) {
  const double g = w.speculation.tokens;
  const double a = w.speculation.acceptance;
  if (g > 0) return a < 1 ? (1 - std::pow(a, g + 1)) / (1 - a) : g + 1;
  return w.block.tokens / w.block.steps;
}

Workload drafting(const Workload& w) {
  Workload draft = w;
  draft.model = w.speculation.draft;
  draft.precision = w.speculation.draft_precision;
  draft.speculation = {};
  draft.block = {};
  draft.routing = {};
  draft.parallelism.expert = 1;
  return draft;
}

Parallelism resolved(const Parallelism& p, double devices) {
  Parallelism r = p;
  const double given = (p.tensor > 0 ? p.tensor : 1) * (p.context > 0 ? p.context : 1) * (p.data > 0 ? p.data : 1) *
                       (p.pipeline > 0 ? p.pipeline : 1);
  const double rest = std::max(1.0, std::floor(devices / given));
  for (double* degree : {&r.tensor, &r.context, &r.data, &r.pipeline}) {
    if (*degree <= 0) *degree = rest;
  }
  if (r.expert <= 0) r.expert = r.tensor * r.context * r.data;
  return r;
}

std::string refusal(const Model& m, const Parallelism& p, double devices) {
  const double stage = p.tensor * p.context * p.data;
  if (stage * p.pipeline != devices)
    return "parallelism.tensor x context x data x pipeline is " + count(stage * p.pipeline) + ", but there are " +
           count(devices) + " devices: leave one of them out and it takes what remains";
  if (m.query_heads > 0 && !divides(p.tensor, m.query_heads))
    return "parallelism.tensor = " + count(p.tensor) + " does not divide the " + count(m.query_heads) + " query heads";
  if (m.attention == Attention::grouped && m.key_value_heads > 0 && !divides(p.tensor, m.key_value_heads) &&
      !divides(m.key_value_heads, p.tensor))
    return "parallelism.tensor = " + count(p.tensor) + " neither divides the " + count(m.key_value_heads) +
           " KV heads nor is a multiple of them";
  if (p.pipeline > m.layers)
    return "parallelism.pipeline = " + count(p.pipeline) + " is more than the " + count(m.layers) + " layers";
  if (p.expert > 1 && m.experts <= 0) return "parallelism.expert is for mixtures of experts, and this model is dense";
  if (p.expert > 1 && !divides(p.expert, m.experts))
    return "parallelism.expert = " + count(p.expert) + " does not divide the " + count(m.experts) + " experts";
  if (!divides(p.expert, stage))
    return "parallelism.expert = " + count(p.expert) + " does not divide the " + count(stage) +
           " devices of a stage (tensor x context x data)";
  return {};
}

}  // namespace sextant::analysis
