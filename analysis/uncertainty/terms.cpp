// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/terms.hpp"

#include <algorithm>
#include <limits>

namespace sextant::analysis {
namespace {

using Slots = std::vector<Slot>;

const BoundFigure* bound_figure(const BoundDesign& design, Slot slot) {
  const auto found = std::find_if(design.figures.begin(), design.figures.end(),
                                  [&](const BoundFigure& bound) { return bound.figure.slot == slot; });
  return found == design.figures.end() ? nullptr : &*found;
}

// The term decided by these figures: named together, with the worst of their classes and the source of the first that
// has it.
Term decided_by(Term term, const BoundDesign& design, const Slots& slots) {
  const BoundFigure* worst = nullptr;
  for (const Slot s : slots) {
    const BoundFigure* bound = bound_figure(design, s);
    if (!bound) continue;
    term.parameter += (term.parameter.empty() ? "" : ", ") + bound->figure.path;
    if (!worst || bound->figure.transfer > worst->figure.transfer) worst = bound;
  }
  if (!worst) return term;
  term.source = std::string(results::name(worst->figure.source)) + ": " + worst->figure.citation;
  term.transfer = std::string(results::name(worst->figure.transfer));
  return term;
}

Slot compute_slot_used(const BoundDesign& design, Arithmetic type) {
  constexpr Key keys[] = {Key::compute_f32, Key::compute_bf16, Key::compute_fp8, Key::compute_int8, Key::compute_fp4};
  Values values;
  values.fill(std::numeric_limits<double>::quiet_NaN());
  for (const BoundFigure& bound : design.figures) values[bound.figure.slot] = bound.figure.estimate.value;
  return slot(keys[static_cast<std::size_t>(widened(values, type))]);
}

// Bandwidth and efficiency of the tiers that hold what the operator reads.
Slots memory_slots(const OperatorTime& time, const Step& step, const Hardware& hardware, const BoundDesign& design) {
  const auto in = [&](Object object, std::size_t tier) {
    return step.placement.shares[static_cast<std::size_t>(object)][tier] > 0;
  };
  const Operator& op = time.work;
  Slots slots;
  for (std::size_t t = 0; t < hardware.tier_count; ++t) {
    const bool cached = (op.cache_bytes > 0 && in(Object::cache, t)) || (op.prefix_bytes > 0 && in(Object::prefix, t));
    const bool read = (op.weight_bytes > 0 && in(op.weights, t)) || cached || (t == 0 && op.weight_bytes <= 0);
    if (!read) continue;
    slots.push_back(slot(t, TierKey::bandwidth));
    const bool own = cached && bound_figure(design, slot(t, TierKey::cache_efficiency));
    slots.push_back(slot(t, own ? TierKey::cache_efficiency : TierKey::efficiency));
  }
  return slots;
}

Term operator_term(const OperatorTime& time, const Step& step, const Hardware& hardware, const BoundDesign& design) {
  const Operator& op = time.work;
  Term term;
  term.equation = op.operation == Operation::experts ? "4.1, 4.2, 4.3" : "4.1, 4.2";
  term.name = operation_names[static_cast<std::size_t>(op.operation)];
  if (time.on_host) term.name += " (by the host)";
  term.bytes = op.count * (op.weight_bytes + op.cache_bytes + op.prefix_bytes + op.activation_bytes);
  const double busy = time.seconds - op.count * (time.exposed + time.near_data);
  term.seconds = busy;
  term.bandwidth = busy > 0 ? term.bytes / busy : 0;
  if (time.compute > time.memory)
    return decided_by(term, design, {compute_slot_used(design, op.arithmetic), slot(Key::compute_efficiency)});
  return decided_by(term, design, memory_slots(time, step, hardware, design));
}

std::string times(const std::string& what, double count) {
  return what + ", " + results::format(count, results::Unit::one) + " times";
}

void add(std::vector<Term>& list, Term term) {
  if (term.seconds > 0) list.push_back(std::move(term));
}

Term simple(const char* equation, std::string name, double bytes, double seconds) {
  Term term;
  term.equation = equation;
  term.name = std::move(name);
  term.bytes = bytes;
  term.bandwidth = bytes > 0 && seconds > 0 ? bytes / seconds : 0;
  term.seconds = seconds;
  return term;
}

// Latency and transfer of every kind of exchange, as far as they show.
void add_exchanges(std::vector<Term>& list, const Step& step, const BoundDesign& design) {
  double all = 0;
  for (const ExchangeTime& time : step.exchanges) all += time.seconds();
  const double in_parts = step.parts[static_cast<std::size_t>(Part::collective_latency)] +
                          step.parts[static_cast<std::size_t>(Part::collective_transfer)];
  const double shown = all > 0 ? in_parts / all : 0;
  for (std::size_t i = 0; i < purpose_count; ++i) {
    const auto& [exchange, each] = step.exchanges[i];
    if (exchange.count <= 0) continue;
    const std::string what = std::string(purpose_names[i]) + ": " +
                             collective_names[static_cast<std::size_t>(exchange.collective)] + ", " +
                             algorithm_names[static_cast<std::size_t>(each.algorithm)];
    add(list,
        decided_by(simple("4.8", times(what + ", latency", exchange.count), 0, shown * exchange.count * each.latency),
                   design,
                   {slot(Key::interconnect_software_latency), slot(Key::interconnect_hop_latency),
                    slot(Key::interconnect_reduction_latency), slot(Key::interconnect_outer_latency)}));
    add(list, decided_by(simple("4.8", what + ", transfer", exchange.count * exchange.bytes,
                                shown * exchange.count * each.transfer),
                         design, {slot(Key::interconnect_bandwidth), slot(Key::interconnect_efficiency)}));
  }
}

}  // namespace

std::vector<Term> terms(const Step& step, const Workload& workload, const Hardware& hardware,
                        const BoundDesign& design) {
  std::vector<Term> list;
  double exposed = 0, exposures = 0, near_data = 0, launches = 0;
  for (const OperatorTime& time : step.operators) {
    if (time.work.count <= 0) continue;
    add(list, operator_term(time, step, hardware, design));
    exposed += time.work.count * time.exposed;
    exposures += time.exposed > 0 ? time.work.count : 0;
    near_data += time.work.count * time.near_data;
    launches += time.work.count * time.launch;
  }
  Slots late;
  for (std::size_t t = 0; t < hardware.tier_count; ++t) {
    late.push_back(slot(t, TierKey::latency));
    late.push_back(slot(t, TierKey::prediction));
  }
  add(list, decided_by(simple("4.5", times("first bytes of experts", exposures), 0, exposed), design, late));
  add(list, decided_by(simple("4.6", "broadcast and collection near memory", 0, near_data), design,
                       {slot(Key::near_data_synchronisation), slot(Key::near_data_link_bandwidth)}));
  add_exchanges(list, step, design);

  const FixedCost& fixed = hardware.fixed;
  const double sequences = step.share.sequences;
  add(list, decided_by(simple("4.2", times("start of an operation", step.kernels), 0, launches), design,
                       {slot(Key::fixed_per_operation)}));
  add(list, decided_by(simple("4.2", times("fixed cost of a layer", workload.model.layers), 0,
                              workload.model.layers * fixed.per_layer),
                       design, {slot(Key::fixed_per_layer)}));
  add(list, decided_by(simple("4.2", times("fixed cost of a sequence and layer", workload.model.layers * sequences), 0,
                              workload.model.layers * sequences * fixed.per_sequence),
                       design, {slot(Key::fixed_per_sequence)}));
  add(list,
      decided_by(simple("4.2", "sampling and scheduling", 0, fixed.per_step), design, {slot(Key::fixed_per_step)}));
  add(list, simple("4.9", times("a step of the draft model", workload.speculation.tokens), 0,
                   step.parts[static_cast<std::size_t>(Part::draft)]));
  add(list, decided_by(simple("4.7", "slowed to the power cap", 0, step.parts[static_cast<std::size_t>(Part::power)]),
                       design, {slot(Key::power_cap), slot(Key::power_static), slot(Key::thermal_resistance)}));
  return list;
}

}  // namespace sextant::analysis
