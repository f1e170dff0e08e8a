// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/decode.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

double& part(Step& step, Part p) { return step.parts[static_cast<std::size_t>(p)]; }

// Capacity (4.4): the cache and what of the weights is written stay in memory; weights may lie in flash, which cannot
// take a cache that changes with every token. The share in flash equalises both times, f = BW_flash / (BW_memory +
// BW_flash), until one capacity binds.
void place(Step& step, const Workload& w, const Hardware& h) {
  const double weights = resident_weights(w, h.devices);
  const double cache = resident_cache(w, h.devices, w.context + w.output);
  step.needed = weights + cache;
  step.available = h.memory.capacity + h.flash.capacity;
  const double room = std::max(0.0, h.memory.capacity - cache);
  const double at_least = std::max(0.0, 1 - room / weights);
  if (h.flash.capacity > 0) {
    const double balanced = h.flash.bandwidth / (h.memory.bandwidth + h.flash.bandwidth);
    step.flash_share = std::min(std::max(balanced, at_least), h.flash.capacity / weights);
  }
  step.fits = cache <= h.memory.capacity && at_least <= step.flash_share + 1e-12;
}

// BW(n) = BW n / (n + n_half), so t = (n + n_half) / BW (4.2).
double memory_seconds(const MemoryTier& memory, double bytes) {
  return bytes > 0 ? (bytes + memory.half_size) / memory.bandwidth : 0;
}

// t_mem (4.2): parallel tiers are read at the same time, the longer counts.
double operator_memory(const Operator& op, const Hardware& h, double flash_share) {
  const double from_flash = op.operation == Operation::embedding ? 0 : op.weight_bytes * flash_share;
  const double from_memory = op.weight_bytes - from_flash + op.cache_bytes + op.activation_bytes;
  // A wrong guess at an expert reads it for nothing: (1 - p_pred) of the bytes again (4.5).
  const double guessed = op.data_dependent && h.flash.prediction > 0 ? 1 + (1 - h.flash.prediction) : 1;
  const double flash = from_flash > 0 ? from_flash * guessed / h.flash.bandwidth : 0;
  return std::max(memory_seconds(h.memory, from_memory), flash) * (1 + h.near_data.imbalance);
}

// t_comp (4.2). On a processor the rate is that of a matrix-vector product in cache: at batch 1 it is the ceiling
// C = b_w / 2 * rate on weight bytes a second that keeps 4-bit decoding from using the memory (peers.md section 7).
double operator_compute(const Operator& op, const Hardware& h) {
  if (op.flops <= 0) return 0;
  return op.flops / h.compute[static_cast<std::size_t>(op.arithmetic)] * (1 + h.near_data.imbalance);
}

// t_bcast + t_red (4.6), split by columns: every unit gets the input rows and returns its columns, so nothing is
// summed. Attention is split by context and returns a partial output, a maximum and a sum for each unit, in 4 bytes.
double operator_near_data(const Operator& op, const Workload& w, const Hardware& h) {
  const double n = h.near_data.units;
  if (n <= 1 || op.inputs + op.outputs <= 0) return 0;
  const bool attention = op.cache_bytes > 0;
  const double out = attention ? 4 * n * op.outputs : w.precision.activation * op.outputs;
  const double bytes = w.batch * (w.precision.activation * op.inputs + out);
  return op.kernels * std::ceil(std::log2(n)) * h.near_data.synchronisation + bytes / h.near_data.link_bandwidth;
}

void add_operator(Step& step, OperatorTime& time, const Workload& w, const Hardware& h) {
  const Operator& op = time.work;
  if (op.count <= 0) return;
  time.memory = operator_memory(op, h, step.flash_share);
  time.compute = operator_compute(op, h);
  // Address class C (4.5): the page latency shows once a layer, unless the expert was guessed.
  time.exposed = op.data_dependent && step.flash_share > 0 ? (1 - h.flash.prediction) * h.flash.sense_time : 0;
  time.near_data = operator_near_data(op, w, h);
  const double busy = overlapped(time.memory, time.compute, h.overlap);
  time.seconds = op.count * (busy + time.exposed + time.near_data);

  // Shares of an overlapped time in proportion to m^p and c^p, so that parts add up to the whole.
  const double ratio = time.memory > 0 ? std::pow(time.compute / time.memory, h.overlap) : 1;
  const double memory_share = time.memory > 0 ? 1 / (1 + ratio) : 0;
  const double read = op.weight_bytes + op.cache_bytes + op.activation_bytes;
  const double cache_share = read > 0 ? op.cache_bytes / read : 0;
  part(step, Part::cache) += op.count * busy * memory_share * cache_share;
  part(step, Part::weights) += op.count * busy * memory_share * (1 - cache_share);
  part(step, Part::compute) += op.count * busy * (1 - memory_share);
  part(step, Part::flash_latency) += op.count * time.exposed;
  part(step, Part::near_data) += op.count * time.near_data;
  step.kernels += op.count * op.kernels;
}

// Two all-reduces of B d b_a bytes a layer (4.8), and the logits gathered once.
void add_collectives(Step& step, const Workload& w, const Hardware& h) {
  step.all_reduces = h.devices > 1 ? 2 * w.model.layers : 0;
  step.all_reduce_bytes = w.batch * w.model.hidden * w.precision.activation;
  step.all_reduce = all_reduce(h.interconnect, h.devices, step.all_reduce_bytes);
  const CollectiveTime logits =
      all_gather(h.interconnect, h.devices, w.batch * w.model.vocabulary * w.precision.activation);
  part(step, Part::collective_latency) = step.all_reduces * step.all_reduce.latency + logits.latency;
  part(step, Part::collective_transfer) = step.all_reduces * step.all_reduce.transfer + logits.transfer;
}

// n_kernels t_launch + L (t_layer + B t_seq) + t_step (4.2).
void add_fixed(Step& step, const Workload& w, const Hardware& h) {
  const FixedCost& f = h.fixed;
  part(step, Part::fixed) =
      step.kernels * f.per_operation + w.model.layers * (f.per_layer + w.batch * f.per_sequence) + f.per_step;
}

}  // namespace

double overlapped(double memory, double compute, double p) {
  const double longer = std::max(memory, compute);
  if (longer <= 0) return 0;
  return longer * std::pow(1 + std::pow(std::min(memory, compute) / longer, p), 1 / p);
}

Step decode_step(const Workload& w, const Hardware& h) {
  Step step;
  place(step, w, h);
  const Operators work = operators(w, h.devices);
  for (std::size_t i = 0; i < operation_count; ++i) {
    step.operators[i].work = work[i];
    add_operator(step, step.operators[i], w, h);
  }
  add_collectives(step, w, h);
  add_fixed(step, w, h);
  for (const double seconds : step.parts) step.seconds += seconds;
  return step;
}

const char* bound_by(const Step& step) {
  std::array<double, part_count> parts = step.parts;
  parts[0] += parts[1];  // weights and cache share the memory
  parts[1] = 0;
  const auto longest = std::max_element(parts.begin(), parts.end());
  return bound_names[static_cast<std::size_t>(longest - parts.begin())];
}

}  // namespace sextant::analysis
