// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/case_workload.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "analysis/model/operators.hpp"
#include "analysis/model/split.hpp"

namespace sextant::analysis {
namespace {

constexpr double least_bytes = 0.25;  // of an element: no format in the catalogue is below two bits
constexpr double most_bytes = 4;

// Experts and everything else of a model, in elements.
struct Elements {
  double experts = 0, others = 0;
};

Elements elements_of(const Model& model) {
  Workload w;
  w.model = model;
  w.precision = {1, 1, 1, 1, 1, 1};
  w.parallelism = {1, 1, 1, 1, 1};
  const Objects bytes = resident(w, share(w, w.parallelism), 0);  // at one byte each
  const double experts = bytes[static_cast<std::size_t>(Object::experts)];
  return {experts, bytes[static_cast<std::size_t>(Object::weights)] + bytes[static_cast<std::size_t>(Object::tables)]};
}

bool only_experts_are_small(const Decoding& d, const Model& model) {
  return d.weight_type == "MXFP4" && model.experts > 0;
}

void set_weights(Precision& p, const Decoding& d, const Model& model) {
  const Elements elements = elements_of(model);
  if (only_experts_are_small(d, model)) {
    p.expert = d.weight_bytes;
    const double rest = (d.file_bytes - p.expert * elements.experts) / elements.others;
    p.weight = p.embedding = d.file_bytes > 0 ? std::clamp(rest, d.weight_bytes, most_bytes) : 2;
    return;
  }
  const double stored = d.file_bytes / (elements.experts + elements.others);
  p.weight = p.expert = p.embedding = d.file_bytes > 0 ? std::clamp(stored, least_bytes, most_bytes) : d.weight_bytes;
}

void set_arithmetic(Precision& p, const Decoding& d, const Model& model, const Catalogue& catalogue) {
  if (d.weight_type.empty()) return;
  const Entry& entry = find(catalogue, Kind::precision, d.weight_type);
  p.expert_arithmetic = arithmetic_from_name(word(entry, "arithmetic"));
  if (!only_experts_are_small(d, model)) p.weight_arithmetic = p.expert_arithmetic;
}

bool single_stream(const Case& c) { return c.decoding().batch == 1.0; }

// The degree of tensor parallelism.
double sharing(const Case& c, const Catalogue& catalogue, const Workload& w, const UnstatedLoad& unstated) {
  const Decoding& d = c.decoding();
  const double memory = usable_memory(c, catalogue, unstated.memory_use);
  double shared = d.shared_by;
  if (d.batch || d.split_stated || memory <= 0) return shared;
  while (2 * shared <= d.accelerators && resident_weights(w, shared) > weights_of_memory * memory) shared *= 2;
  return shared;
}

double sequences_that_fit(const Case& c, const Catalogue& catalogue, const Workload& w, const UnstatedLoad& unstated) {
  Hardware h;
  h.devices = w.parallelism.tensor;
  h.memory().capacity = usable_memory(c, catalogue, unstated.memory_use);
  h.memory().read_bandwidth = std::max(c.bandwidth, 1.0);  // of no consequence here, but a step needs one
  h.compute.fill(1);
  return std::clamp(capacity_batch(w, h), 1.0, unstated.sequences);
}

}  // namespace

double groups(const Case& c, const Workload& w) {
  return single_stream(c) ? 1 : std::max(1.0, c.decoding().accelerators / w.parallelism.tensor);
}

double usable_memory(const Case& c, const Catalogue& catalogue, double memory_use) {
  const Entry* device = lookup(catalogue, Kind::device, c.device);
  const PublishedFigure* capacity = device != nullptr ? lookup(*device, "capacity") : nullptr;
  if (capacity == nullptr) return 0;
  const double each = memory_use * capacity->estimate.value;
  return single_stream(c) ? each * std::max(1.0, c.decoding().accelerators / c.decoding().shared_by) : each;
}

Workload workload_of(const Case& c, const Catalogue& catalogue, const UnstatedLoad& unstated) {
  const Decoding& d = c.decoding();
  Workload w;
  w.name = c.id;
  w.model_name = d.model;
  w.model = model_shape(find(catalogue, Kind::model, d.model));
  w.context = d.input.value_or(unstated.context);
  w.output = d.output.value_or(unstated.output);
  set_weights(w.precision, d, w.model);
  set_arithmetic(w.precision, d, w.model, catalogue);
  w.precision.cache = d.cache_bytes;
  w.parallelism = {0, 1, 1, 1, 1};
  w.parallelism.tensor = sharing(c, catalogue, w, unstated);
  if (d.engine.find("batched-bench") != std::string::npos) w.routing.correlation = unstated.like_prompts;
  w.batch = d.batch ? std::max(1.0, *d.batch / groups(c, w)) : sequences_that_fit(c, catalogue, w, unstated);
  return w;
}

namespace {

// Tokens that a step brings to what the metric counts; 0 where it counts none.
double tokens_counted(const Case& c, const Workload& w) {
  const double all = w.batch * groups(c, w);
  if (c.metric == Metric::user_rate) return 1;
  if (c.metric == Metric::total_rate) return all;
  return c.metric == Metric::accelerator_rate ? all / c.decoding().accelerators : 0;
}

}  // namespace

double as_measured(const Case& c, const Workload& w, double seconds) {
  if (c.metric == Metric::step_time) return seconds;
  if (c.metric == Metric::batch_time) return w.output * seconds;
  const double tokens = tokens_counted(c, w);
  return tokens > 0 ? tokens / seconds : std::numeric_limits<double>::quiet_NaN();
}

double measured_step(const Case& c, const Workload& w) {
  if (c.metric == Metric::step_time) return c.measured;
  if (c.metric == Metric::batch_time) return c.measured / w.output;
  const double tokens = tokens_counted(c, w);
  return tokens > 0 ? tokens / c.measured : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace sextant::analysis
