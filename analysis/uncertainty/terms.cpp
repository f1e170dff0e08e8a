// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/terms.hpp"

#include <algorithm>
#include <limits>

namespace sextant::analysis {
namespace {

const BoundFigure* bound_figure(const BoundDesign& design, Slot slot) {
  const auto found = std::find_if(design.figures.begin(), design.figures.end(),
                                  [&](const BoundFigure& bound) { return bound.figure.slot == slot; });
  return found == design.figures.end() ? nullptr : &*found;
}

// The term decided by these figures: named together, with the worst of their classes and the source of the first that
// has it.
Term decided_by(Term term, const BoundDesign& design, std::initializer_list<Slot> slots) {
  const BoundFigure* worst = nullptr;
  for (const Slot slot : slots) {
    const BoundFigure* bound = bound_figure(design, slot);
    if (!bound) continue;
    term.parameter +=
        (term.parameter.empty() ? "" : ", ") + std::string(design_keys()[static_cast<std::size_t>(slot)].path);
    if (!worst || bound->figure.transfer > worst->figure.transfer) worst = bound;
  }
  if (!worst) return term;
  term.source = std::string(results::name(worst->figure.source)) + ": " + worst->figure.citation;
  term.transfer = std::string(results::name(worst->figure.transfer));
  return term;
}

Slot compute_slot_used(const BoundDesign& design, Arithmetic type) {
  constexpr Slot slots[] = {Slot::compute_f32, Slot::compute_bf16, Slot::compute_fp8, Slot::compute_int8,
                            Slot::compute_fp4};
  Values values;
  values.fill(std::numeric_limits<double>::quiet_NaN());
  for (const BoundFigure& bound : design.figures)
    values[static_cast<std::size_t>(bound.figure.slot)] = bound.figure.estimate.value;
  return slots[static_cast<std::size_t>(widened(values, type))];
}

Term operator_term(const OperatorTime& time, const Hardware& hardware, const BoundDesign& design) {
  const Operator& op = time.work;
  Term term;
  term.equation = op.operation == Operation::experts ? "4.1, 4.2, 4.3" : "4.1, 4.2";
  term.name = operation_names[static_cast<std::size_t>(op.operation)];
  term.bytes = op.count * (op.weight_bytes + op.cache_bytes + op.activation_bytes);
  const double busy = op.count * overlapped(time.memory, time.compute, hardware.overlap);
  term.seconds = busy;
  term.bandwidth = busy > 0 ? term.bytes / busy : 0;
  if (time.compute > time.memory)
    return decided_by(term, design, {compute_slot_used(design, op.arithmetic), Slot::compute_efficiency});
  const bool from_flash = hardware.flash.capacity > 0 && op.operation != Operation::embedding && op.weight_bytes > 0;
  if (from_flash)
    return decided_by(term, design,
                      {Slot::memory_bandwidth, Slot::memory_efficiency, Slot::flash_bandwidth, Slot::flash_efficiency});
  return decided_by(term, design, {Slot::memory_bandwidth, Slot::memory_efficiency});
}

std::string times(const char* what, double count) {
  return std::string(what) + ", " + results::format(count, results::Unit::one) + " times";
}

void add(std::vector<Term>& list, Term term) {
  if (term.seconds > 0) list.push_back(std::move(term));
}

}  // namespace

std::vector<Term> terms(const Step& step, const Workload& workload, const Hardware& hardware,
                        const BoundDesign& design) {
  std::vector<Term> list;
  double exposed = 0, exposures = 0, near_data = 0;
  for (const OperatorTime& time : step.operators) {
    if (time.work.count <= 0) continue;
    add(list, operator_term(time, hardware, design));
    exposed += time.work.count * time.exposed;
    exposures += time.exposed > 0 ? time.work.count : 0;
    near_data += time.work.count * time.near_data;
  }
  const auto simple = [](const char* equation, std::string name, double bytes, double seconds) {
    Term term;
    term.equation = equation;
    term.name = std::move(name);
    term.bytes = bytes;
    term.bandwidth = bytes > 0 && seconds > 0 ? bytes / seconds : 0;
    term.seconds = seconds;
    return term;
  };
  add(list, decided_by(simple("4.5", times("sense time of experts", exposures), 0, exposed), design,
                       {Slot::flash_sense_time, Slot::flash_prediction}));
  add(list, decided_by(simple("4.6", "broadcast and collection near memory", 0, near_data), design,
                       {Slot::near_data_synchronisation, Slot::near_data_link_bandwidth}));

  const double sent = step.all_reduces * step.all_reduce_bytes;
  const std::string reduce =
      std::string("all-reduce, ") + algorithm_names[static_cast<std::size_t>(step.all_reduce.algorithm)];
  add(list, decided_by(simple("4.8", times((reduce + ": latency").c_str(), step.all_reduces), 0,
                              step.all_reduces * step.all_reduce.latency),
                       design,
                       {Slot::interconnect_software_latency, Slot::interconnect_hop_latency,
                        Slot::interconnect_reduction_latency}));
  add(list, decided_by(simple("4.8", reduce + ": transfer", sent, step.all_reduces * step.all_reduce.transfer), design,
                       {Slot::interconnect_bandwidth, Slot::interconnect_efficiency}));
  const CollectiveTime logits = all_gather(hardware.interconnect, hardware.devices,
                                           workload.batch * workload.model.vocabulary * workload.precision.activation);
  add(list,
      decided_by(simple("4.8", "all-gather of the logits",
                        workload.batch * workload.model.vocabulary * workload.precision.activation, logits.seconds()),
                 design, {Slot::interconnect_bandwidth, Slot::interconnect_software_latency}));

  const FixedCost& fixed = hardware.fixed;
  add(list,
      decided_by(simple("4.2", times("start of an operation", step.kernels), 0, step.kernels * fixed.per_operation),
                 design, {Slot::fixed_per_operation}));
  add(list, decided_by(simple("4.2", times("fixed cost of a layer", workload.model.layers), 0,
                              workload.model.layers * fixed.per_layer),
                       design, {Slot::fixed_per_layer}));
  add(list,
      decided_by(simple("4.2", times("fixed cost of a sequence and layer", workload.model.layers * workload.batch), 0,
                        workload.model.layers * workload.batch * fixed.per_sequence),
                 design, {Slot::fixed_per_sequence}));
  add(list, decided_by(simple("4.2", "sampling and scheduling", 0, fixed.per_step), design, {Slot::fixed_per_step}));
  return list;
}

}  // namespace sextant::analysis
