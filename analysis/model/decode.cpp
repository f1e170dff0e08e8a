// SPDX-License-Identifier: Apache-2.0
#include "analysis/model/decode.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/model/step_power.hpp"

namespace sextant::analysis {
namespace {

// The overlapped time, and the share of it that is memory's: m^p of m^p + c^p, so that parts add up to the whole.
struct Overlap {
  double seconds = 0;
  double memory_share = 0;
};

Overlap overlap_of(double memory, double compute, double p) {
  const double longer = std::max(memory, compute);
  if (longer <= 0) return {};
  const double ratio = std::min(memory, compute) / longer;
  const double power = ratio > 0 ? std::pow(ratio, p) : 0;
  // Below the rounding of 1 + power the longer one is all there is; this saves the root where tensor cores idle.
  const double seconds = power < 1e-17 ? longer : longer * std::pow(1 + power, 1 / p);
  const double share_of_longer = 1 / (1 + power);
  return {seconds, memory >= compute ? share_of_longer : 1 - share_of_longer};
}

double& part(Step& step, Part p) { return step.parts[static_cast<std::size_t>(p)]; }

std::size_t index(Object object) { return static_cast<std::size_t>(object); }

const Shares& shares(const Step& step, Object object) { return step.placement.shares[index(object)]; }

// Address class C (4.5): what the router has just chosen is not in the buffer, unless all of it was guessed. Experts that
// lie in memory wait for no flash.
double operator_exposed(const Step& step, const Operator& op, const Hardware& h) {
  if (op.weights != Object::experts) return 0;
  double longest = 0;
  for (std::size_t i = 0; i < h.tier_count; ++i) {
    const Tier& tier = h.tiers[i];
    const double share = shares(step, Object::experts)[i];
    if (tier.latency <= 0 || share <= 0) continue;
    longest = std::max(longest, exposed_latency(tier, Address::data_dependent, tier.latency, 0, op.choices * share));
  }
  return longest;
}

using StoredObjects = std::array<StoredObject, object_count>;

// Experts in a tier that answers late bring its bandwidth and cost its latency in every layer. Where they fit elsewhere
// and the step is shorter without both, they stay away from it (address class C, 4.4).
void keep_experts_near(Step& step, StoredObjects& objects, const Hardware& h, const Operator& experts) {
  const double late = experts.count * step.share.layers * operator_exposed(step, experts, h);
  if (late <= 0) return;
  TierMask prompt = 0;
  for (std::size_t i = 0; i < h.tier_count; ++i) {
    if (h.tiers[i].latency <= 0) prompt |= static_cast<TierMask>(1U << i);
  }
  objects[index(Object::experts)].allowed = prompt;
  const Placement near = place(objects, h.used_tiers());
  if (near.fits() && (!step.placement.fits() || near.seconds < step.placement.seconds + late)) step.placement = near;
}

// Where everything lies (4.4): hottest first, what every token writes only where it may be written.
void place_objects(Step& step, const Workload& w, const Hardware& h, const Operators& work) {
  step.resident = resident(w, step.share, w.context + w.output);
  if (w.speculation.tokens > 0) {  // the draft model lies beside the large one
    const Workload draft = drafting(w);
    const Objects more = resident(draft, share(draft, step.parallelism), w.context + w.output);
    step.resident[index(Object::weights)] +=
        more[index(Object::weights)] + more[index(Object::tables)] + more[index(Object::experts)];
    step.resident[index(Object::cache)] += more[index(Object::cache)];
    step.resident[index(Object::prefix)] += more[index(Object::prefix)];
  }
  StoredObjects objects;
  for (std::size_t i = 0; i < object_count; ++i) objects[i].size = step.resident[i];
  for (const Operator& op : work) {
    const double times = op.count * step.share.layers;
    objects[index(op.weights)].read += times * op.weight_bytes;
    objects[index(Object::cache)].read += times * op.cache_bytes;
    objects[index(Object::prefix)].read += times * op.prefix_bytes;
  }
  objects[index(Object::experts)].address = Address::data_dependent;
  objects[index(Object::cache)].changes = true;
  step.placement = place(objects, h.used_tiers());
  keep_experts_near(step, objects, h, work[static_cast<std::size_t>(Operation::experts)]);
  step.fits = step.placement.fits();
  for (const double bytes : step.resident) step.needed += bytes;
  for (const Tier& tier : h.used_tiers()) step.available += tier.capacity;
}

// Bytes that an operator takes from a tier: weights with what wrong guesses waste, cache, and activations from the first.
struct Taken {
  double weights = 0, kept = 0, activations = 0;
};

Taken taken(const Step& step, const Operator& op, const Hardware& h, std::size_t tier) {
  const Access weights{op.weight_bytes, 0,
                       op.weights == Object::experts ? Address::data_dependent : Address::fixed_order};
  Taken bytes;
  bytes.weights = op.weight_bytes * shares(step, op.weights)[tier] * bytes_per_byte(h.tiers[tier], weights);
  // Pages of a cache lie apart, a common prefix is laid out once for all.
  const Access pages{op.cache_bytes, op.cache_block, Address::fixed_order};
  bytes.kept = op.cache_bytes * shares(step, Object::cache)[tier] * bytes_per_byte(h.tiers[tier], pages) +
               op.prefix_bytes * shares(step, Object::prefix)[tier];
  bytes.activations = tier == 0 ? op.activation_bytes : 0;
  return bytes;
}

// Time = sum over chained tiers + the longest of the parallel ones of (bytes + n_half) / BW (4.2, 4.4).
double operator_memory(Step& step, const Operator& op, const Hardware& h) {
  double longest = 0, chained = 0;
  for (std::size_t i = 0; i < h.tier_count; ++i) {
    const Tier& tier = h.tiers[i];
    const Taken bytes = taken(step, op, h, i);
    const double read = bytes.weights + bytes.kept + bytes.activations;
    if (read <= 0) continue;
    step.work.read[i] += op.count * read;
    step.work.written[i] += op.count * op.written_bytes * shares(step, Object::cache)[i];
    const double slowed = bytes.weights + bytes.kept / h.cache_share[i] + bytes.activations;
    const double seconds = (slowed + tier.half_size) / sustained_bandwidth(tier);
    if (tier.chained) chained += seconds;
    longest = tier.chained ? longest : std::max(longest, seconds);
  }
  return longest + chained;
}

// t_comp (4.2). On a processor the rate is that of a matrix-vector product in cache: at batch 1 it is the ceiling
// C = b_w / 2 * rate on weight bytes a second that keeps 4-bit decoding from using the memory (peers.md section 7).
double operator_compute(const Operator& op, const Hardware& h) {
  if (op.flops <= 0) return 0;
  return op.flops / h.compute[static_cast<std::size_t>(op.arithmetic)];
}

// Units near the memory divide the operator among them: the slowest of them counts, inputs are sent and outputs
// collected (4.6). Where a host could do it faster over the memory's outside port, it does.
void share_among_units(OperatorTime& time, const Workload& w, const Step& step, const Hardware& h) {
  const Operator& op = time.work;
  if (h.near_data.units <= 1 || op.inputs + op.outputs <= 0) return;
  // Work in seconds of the whole device, so that a unit of a rate of 1 takes its share of them.
  NearMemory units = h.near_data;
  units.unit_bandwidth = units.unit_flops = 1;
  const bool attention = op.cache_bytes + op.prefix_bytes > 0 && op.weight_bytes <= 0;
  const NearTime near = near_data(units, {.rows = step.share.rows,
                                          .activation = w.precision.activation,
                                          .inputs = op.inputs,
                                          .outputs = op.outputs,
                                          .bytes = time.memory * units.units,
                                          .flops = time.compute * units.units,
                                          .kernels = op.kernels,
                                          .heads = attention ? step.share.query_heads : 0,
                                          .groups = attention ? step.share.sequences * step.share.key_value_heads : 0});
  if (h.host.bandwidth > 0) {
    const double bytes = op.weight_bytes + op.cache_bytes + op.prefix_bytes + op.activation_bytes;
    const double memory = bytes / h.host.bandwidth, compute = op.flops / h.host.compute;
    const double host = overlapped(memory, compute, h.overlap);
    if (host < overlapped(near.memory, near.compute, h.overlap) + near.moved()) {
      time.memory = memory;
      time.compute = compute;
      time.on_host = true;
      return;
    }
  }
  time.memory = near.memory;
  time.compute = near.compute;
  time.near_data = near.moved();
}

// A host issues kernels ahead of the device: what starting costs shows only where the device is faster than the host
// (4.2). In a graph or a resident program every operation pays.
double operator_launch(const Operator& op, double busy, const FixedCost& fixed) {
  const double cost = op.kernels * fixed.per_operation;
  return fixed.execution == Execution::host_launched ? std::max(0.0, cost - busy) : cost;
}

void add_operator(Step& step, OperatorTime& time, const Workload& w, const Hardware& h) {
  const Operator& op = time.work;
  if (op.count <= 0) return;
  time.memory = operator_memory(step, op, h);
  time.compute = operator_compute(op, h);
  time.exposed = operator_exposed(step, op, h);
  share_among_units(time, w, step, h);
  const Overlap overlap = overlap_of(time.memory, time.compute, h.overlap);
  const double busy = overlap.seconds, memory_share = overlap.memory_share;
  time.launch = operator_launch(op, busy + time.exposed + time.near_data, h.fixed);
  time.seconds = op.count * (busy + time.exposed + time.near_data);

  const double kept = op.cache_bytes + op.prefix_bytes;
  const double read = op.weight_bytes + kept + op.activation_bytes;
  const double cache_share = read > 0 ? kept / read : 0;
  part(step, Part::cache) += op.count * busy * memory_share * cache_share;
  part(step, Part::weights) += op.count * busy * memory_share * (1 - cache_share);
  part(step, Part::compute) += op.count * busy * (1 - memory_share);
  part(step, Part::flash_latency) += op.count * time.exposed;
  part(step, Part::near_data) += op.count * time.near_data;
  part(step, Part::fixed) += op.count * time.launch;
  step.kernels += op.count * op.kernels;
  step.work.flops += op.count * op.flops;
}

CollectiveTime one_exchange(const Exchange& e, const Hardware& h) {
  CollectiveTime time;
  switch (e.collective) {
    case Collective::all_reduce:
      time = all_reduce(h.network, e.ranks, e.bytes);
      break;
    case Collective::all_gather:
      time = all_gather(h.network, e.ranks, e.bytes);
      break;
    case Collective::all_to_all:
      time = all_to_all(h.network, e.ranks, e.bytes, e.copies);
      break;
    case Collective::point_to_point:
      time = point_to_point(h.network, e.ranks, e.bytes);
      break;
  }
  const Stragglers& late = h.stragglers;
  if (late.mean > 0)
    time.latency += exponential_order_statistic(late.mean, e.ranks + late.tolerance.spares,
                                                std::max(1.0, e.ranks - late.tolerance.skipped));
  return time;
}

// How often devices of one group want a byte of a token that goes to k experts: between groups it is sent once (4.8).
double copies_in_group(const Model& m, double ranks, double local) {
  if (ranks <= local || m.experts <= 0) return 1;
  return std::max(1.0, m.experts_per_token / groups_reached(std::ceil(ranks / local), m.experts, m.experts_per_token));
}

// Collectives (4.8), less what hides behind the rest of the step.
void add_exchanges(Step& step, const Workload& w, const Hardware& h) {
  const Exchanges list = exchanges(w, step.parallelism, step.share);
  double latency = 0, transfer = 0;
  for (std::size_t i = 0; i < purpose_count; ++i) {
    Exchange& exchange = step.exchanges[i].exchange = list[i];
    if (exchange.count <= 0) continue;
    if (exchange.collective == Collective::all_to_all)
      exchange.copies = copies_in_group(w.model, exchange.ranks, h.network.local);
    step.exchanges[i].each = one_exchange(exchange, h);
    step.work.link_bytes += list[i].count * list[i].bytes;
    latency += list[i].count * step.exchanges[i].each.latency;
    transfer += list[i].count * step.exchanges[i].each.transfer;
  }
  double other = 0;
  for (const double seconds : step.parts) other += seconds;
  const double all = latency + transfer;
  const double shown = all > 0 ? std::max(0.0, all - h.communication_overlap * other) / all : 0;
  part(step, Part::collective_latency) = latency * shown;
  part(step, Part::collective_transfer) = transfer * shown;
}

// L (t_layer + B t_seq) + t_step (4.2).
void add_fixed(Step& step, const Workload& w, const Hardware& h) {
  const FixedCost& f = h.fixed;
  part(step, Part::fixed) += w.model.layers * (f.per_layer + step.share.sequences * f.per_sequence) + f.per_step;
}

}  // namespace

double overlapped(double memory, double compute, double p) { return overlap_of(memory, compute, p).seconds; }

Step decode_step(const Workload& w, const Hardware& h) {
  Step step;
  step.tokens = tokens_per_step(w);
  step.parallelism = resolved(w.parallelism, h.devices);
  step.share = share(w, step.parallelism);
  const Operators work = operators(w, step.share);
  place_objects(step, w, h, work);
  for (std::size_t i = 0; i < operation_count; ++i) {
    step.operators[i].work = work[i];
    add_operator(step, step.operators[i], w, h);
  }
  add_fixed(step, w, h);
  add_exchanges(step, w, h);
  // The draft model decodes g tokens one after the other, then the large one verifies them together (4.9).
  if (w.speculation.tokens > 0) {
    const double g = w.speculation.tokens;
    const Step draft = decode_step(drafting(w), h);
    part(step, Part::draft) = g * draft.seconds;
    for (std::size_t i = 0; i < h.tier_count; ++i) step.work.read[i] += g * draft.work.read[i];
    step.work.flops += g * draft.work.flops;
    step.work.link_bytes += g * draft.work.link_bytes;
  }
  for (const double seconds : step.parts) step.seconds += seconds;
  const Parallelism& p = step.parallelism;
  step.active = p.tensor * p.context * std::min(p.data, w.batch) * std::ceil(step.share.kept / step.share.sequences);
  add_power(step, h);
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
