// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/engine_run.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/model/prefill.hpp"
#include "analysis/model/split.hpp"
#include "analysis/validation/case_workload.hpp"

namespace sextant::analysis {
namespace {

constexpr double usable = UnstatedLoad{}.memory_use;

bool mentions(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

// Benchmarks that give one text, or random tokens, to all sequences (the traps of the published tables).
bool alike_prompts(const Decoding& run) {
  return mentions(run.engine, "batched-bench") || mentions(run.notes, "one static batch") ||
         mentions(run.notes, "same run as");
}

double capacity_of(const Entry& device) {
  const PublishedFigure* capacity = lookup(device, "capacity");
  return capacity ? capacity->estimate.value : 0;
}

Workload whole(Workload w) {
  w.parallelism = {1, 1, 1, 1, 1};
  return w;
}

double devices_of(const Parallelism& p) { return p.tensor * p.data * p.pipeline; }

// Accelerators that work on one token, and stages that pass it on.
Parallelism split_of(const Case& measured, const Workload& w, double capacity) {
  const Decoding& run = measured.decoding();
  Parallelism p;
  p.tensor = w.parallelism.tensor;
  if (measured.group != Group::maxload) return p;
  // A rate for each accelerator may come from a group that the row does not count: one that leaves room for requests.
  const double weights = resident_weights(whole(w), 1);
  const bool counted = run.split_stated || measured.metric != Metric::accelerator_rate;
  while (!counted && capacity > 0 && weights > weights_of_memory * capacity * p.tensor) p.tensor *= 2;
  while (!run.split_stated && weights > usable * capacity * std::max(run.accelerators, p.tensor)) p.tensor *= 2;
  if (run.split_stated) p.pipeline = run.shared_by == 1 ? std::min(std::max(1.0, run.accelerators), w.model.layers) : 1;
  // A latent cache has no heads to share out: each accelerator attends for its own requests, and experts are spread.
  if ((w.model.attention == Attention::latent || w.model.experts > 0) && p.tensor > 1) {
    p.data = p.tensor;
    if (w.model.experts > 0) p.expert = std::gcd(static_cast<long>(p.tensor), static_cast<long>(w.model.experts));
    p.tensor = 1;
  }
  return p;
}

// Sequences that a share of the memory of the group holds when each has `tokens` in its cache; 0 = not even one.
double sequences_held(const Workload& w, double share, double capacity, double tokens) {
  Hardware h;
  h.devices = devices_of(w.parallelism);
  h.memory().capacity = share * capacity;
  h.memory().read_bandwidth = 1;  // of no consequence for what fits, but a step needs one
  h.compute.fill(1);
  Workload full = w;
  full.context = tokens;
  full.output = 0;
  return capacity_batch(full, h);
}

// Requests that a server takes on. Where nine tenths of the memory leave no room beside the weights it uses all of it, and
// does not copy what every accelerator could share.
double requests_of(Workload& w, double capacity) {
  const double tokens = w.context + w.output / 2;
  double held = sequences_held(w, usable, capacity, tokens);
  if (held < 1 && w.parallelism.data > 1) {
    w.parallelism = {w.parallelism.data, 1, 1, w.parallelism.pipeline, 1};
    held = sequences_held(w, usable, capacity, tokens);
  }
  if (held < 1) held = sequences_held(w, 1, capacity, tokens);
  return std::min(held, most_requests * w.parallelism.data);
}

std::string refusal_of(const EngineRun& run, const Entry& device) {
  const Case& c = *run.measured;
  const PublishedFigure* stated = lookup(device, "bandwidth");
  if (!(c.bandwidth > 0)) return "nobody states the bandwidth of the memory of " + c.accelerator;
  if (stated && c.bandwidth > 1.5 * stated->estimate.value)
    return "the row's memory bandwidth is more than 1.5 times that of " + c.accelerator + ": is it in GB/s of one?";
  if (!(run.workload.batch >= 1)) return "the weights do not fit into the memory of the accelerators that share them";
  return {};
}

Figure figure(Slot slot, results::Estimate estimate, std::string citation, std::string identity) {
  Figure f;
  f.slot = slot;
  f.path = design_key(slot).path;
  f.estimate = estimate;
  f.source = results::Source::published;
  f.citation = std::move(citation);
  f.identity = std::move(identity);
  f.transfer = results::TransferClass::T0;
  f.ranged = true;
  return f;
}

class DesignWriter {
 public:
  explicit DesignWriter(EngineRun& run) : run_(run) {
    run_.values.fill(std::nan(""));
    run_.design.name = run.measured->id;
    run_.design.proposed = false;
    run_.design.execution = Execution::graph;
    run_.design.tiers = {"memory"};
  }
  void stated(Slot slot, double value, std::string citation) {
    run_.design.figures.push_back(
        figure(slot, results::exactly(value), std::move(citation), run_.measured->id + design_key(slot).path));
    run_.values[slot] = value;
  }
  void fitted(Slot slot, const char* parameter) {
    Figure f = figure(slot, results::exactly(std::nan("")), {}, parameter);
    f.profile = parameter;
    run_.design.figures.push_back(std::move(f));
  }

 private:
  EngineRun& run_;
};

// Peaks of the arithmetic that the engine uses: servers multiply in the type of the weights where the device can,
// programs that widen weights to 16 bit do not.
void write_arithmetic(DesignWriter& to, const Case& measured, const Entry& device, bool widens) {
  to.stated(slot(Key::compute_bf16), measured.arithmetic, "the row");
  to.stated(slot(Key::compute_f32), measured.arithmetic, "the row");
  if (widens) return;
  struct Narrow {
    Key key;
    const char* name;
    double reached;  // of the stated peak, over what 16 bits reach of theirs
  };
  // Products on B200: 70 % of the peak in 16 bits, 51 % in 8, 47 % in 4 (results/reference/b200).
  for (const Narrow& type :
       {Narrow{Key::compute_fp8, "fp8", 0.73}, {Key::compute_int8, "int8", 0.73}, {Key::compute_fp4, "fp4", 0.67}}) {
    if (const PublishedFigure* peak = lookup(device, type.name))
      to.stated(slot(type.key), type.reached * peak->estimate.value, peak->source);
  }
}

void write_design(EngineRun& run, const Catalogue& catalogue, const Entry& device, bool widens) {
  DesignWriter to(run);
  const Case& measured = *run.measured;
  const Parallelism& p = run.workload.parallelism;
  const double devices = devices_of(p);
  to.stated(slot(Key::devices), devices, "the row");
  to.stated(slot(0, TierKey::capacity), 1e15, "it ran: what it needs fits");
  to.stated(slot(0, TierKey::bandwidth), measured.bandwidth, "the row");
  to.fitted(slot(0, TierKey::efficiency), engine_parameters[0]);
  write_arithmetic(to, measured, device, widens);
  to.fitted(slot(Key::compute_efficiency), engine_parameters[3]);
  to.stated(slot(Key::compute_overlap_exponent), measured.group == Group::maxload ? 1 : 3,
            "peers.md section 7: 2 to 4; under load prompts and steps alternate, nothing overlaps");
  to.stated(slot(Key::fixed_per_operation), 0, "in fixed.per_layer");
  to.fitted(slot(Key::fixed_per_layer), engine_parameters[1]);
  to.fitted(slot(Key::fixed_per_sequence), engine_parameters[2]);
  to.stated(slot(Key::fixed_per_step), 0, "in fixed.per_layer");
  run.design.topology = devices > 1 ? Topology::switched : Topology::none;
  if (devices <= 1) return;
  const PublishedFigure* link = lookup(device, "link_bandwidth");
  const PublishedFigure& pcie = find(find(catalogue, Kind::interconnect, "pcie4"), "bandwidth_per_direction");
  to.fitted(slot(Key::interconnect_software_latency), engine_parameters[4]);
  to.stated(slot(Key::interconnect_bandwidth), (link ? *link : pcie).estimate.value, (link ? *link : pcie).source);
  to.stated(slot(Key::interconnect_efficiency), 0.6, "docs/decode-model.md section 4.8");
}

}  // namespace

EngineRun engine_run(const Case& measured, const Catalogue& catalogue) {
  EngineRun run;
  run.measured = &measured;
  const Decoding& decoding = measured.decoding();
  const Entry& device = find(catalogue, Kind::device, measured.device);
  const EngineFamily engine = engine_family(catalogue.engines, decoding.engine, device).value();
  run.workload = workload_of(measured, catalogue);
  Workload& w = run.workload;
  if (alike_prompts(decoding)) w.routing.correlation = 1;
  const double capacity = capacity_of(device);
  w.parallelism = split_of(measured, w, capacity);
  if (measured.group == Group::maxload) {
    w.batch = requests_of(w, capacity);
    run.replicas = std::max(1.0, decoding.accelerators / devices_of(w.parallelism));
  } else if (mentions(decoding.notes, "static batch") && w.batch > 1) {
    const double held = std::max(1.0, sequences_held(w, usable, capacity, w.context + w.output));
    run.waves = std::ceil(w.batch / held);
    w.batch /= run.waves;
  }
  if (measured.group != Group::maxload) run.replicas = groups(measured, w);
  run.prompt = measured.metric == Metric::batch_time || measured.group == Group::maxload ||
               mentions(decoding.notes, "static batch") || mentions(decoding.notes, "incl");
  run.ranks = w.parallelism.tensor * w.parallelism.data;
  run.effects =
      effects_of(measured, engine, device,
                 {.ranks = run.ranks, .mixture = w.model.experts > 0, .alike_prompts = alike_prompts(decoding)});
  run.age = age_of(device);
  run.refused = refusal_of(run, device);
  write_design(run, catalogue, device, !serves_many(engine));
  return run;
}

Hardware hardware_of(const EngineRun& run, const EngineFigures& figures) {
  Values values = run.values;
  values[slot(0, TierKey::efficiency)] = figures.efficiency;
  values[slot(Key::fixed_per_layer)] = figures.per_layer;
  values[slot(Key::fixed_per_sequence)] = figures.per_sequence;
  values[slot(Key::compute_efficiency)] = figures.arithmetic;
  values[slot(Key::interconnect_software_latency)] = figures.latency;
  return resolve(values, run.design, {});
}

// Prompts of a benchmark that feeds one text to all sequences route alike in part; users' prompts do not.
Workload workload_with(const EngineRun& run, const EngineFigures& figures) {
  Workload w = run.workload;
  w.routing.correlation *= figures.correlation;
  return w;
}

double value_of(const EngineRun& run, double step, double prompt, double load) {
  const Case& measured = *run.measured;
  const Decoding& decoding = measured.decoding();
  const double output = run.workload.output;
  const double token = run.waves * load * (step + (run.prompt ? prompt / output : 0));  // s for each token of a stream
  const double total = run.replicas * run.waves * run.workload.batch / token;
  switch (measured.metric) {
    case Metric::step_time:
      return token;
    case Metric::batch_time:
      return token * output;
    case Metric::total_rate:
      return total;
    case Metric::accelerator_rate:
      return total / std::max(decoding.accelerators, run.ranks);
    default:
      return 1 / token;
  }
}

double predicted_value(const EngineRun& run, const EngineFigures& figures, StepFunction step) {
  const Hardware h = hardware_of(run, figures);
  const Workload w = workload_with(run, figures);
  return value_of(run, step(w, h).seconds_per_token(), run.prompt ? prefill_seconds(w, h) : 0, figures.load);
}

}  // namespace sextant::analysis
