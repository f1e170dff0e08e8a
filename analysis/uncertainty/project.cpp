// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/project.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/model/flash.hpp"
#include "analysis/model/life.hpp"
#include "analysis/uncertainty/draws.hpp"
#include "analysis/uncertainty/terms.hpp"
#include "results/record/summary.hpp"

namespace sextant::analysis {
namespace {

constexpr double matters = 0.05;  // share of the variance from which a parameter's class counts (section 5)

Step step_at(const Workload& workload, const BoundDesign& bound, const Values& values) {
  return decode_step(workload, resolve(values, bound.design, bound.curve));
}

Quantiles quantiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {results::quantile(values, 0.05), results::quantile(values, 0.50), results::quantile(values, 0.95)};
}

Quantiles unknown() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {nan, nan, nan};
}

// "tensor 8", "tensor 4, pipeline 2"; "one device" where nothing is shared.
std::string split_text(const Parallelism& p) {
  std::string text;
  for (const auto& [name, degree] :
       {std::pair{"tensor", p.tensor}, std::pair{"context", p.context}, std::pair{"data", p.data},
        std::pair{"pipeline", p.pipeline}, std::pair{"expert", p.expert}}) {
    if (degree > 1)
      text += (text.empty() ? "" : ", ") + std::string(name) + " " + results::format(degree, results::Unit::one);
  }
  return text.empty() ? "one device" : text;
}

// Energy is given where a design says where power goes: what it uses idle, for arithmetic and for its memory.
bool states_power(const Design& design) {
  return find_figure(design, slot(Key::power_static)) && find_figure(design, slot(Key::power_compute_energy)) &&
         find_figure(design, slot(0, TierKey::energy));
}

// The tier that wears out first, and how; years are infinite where none does.
struct Life {
  double years = forever;
  std::size_t tier = 0;
  Mechanism mechanism = Mechanism::none;
};

Life shortest_life(const Step& step, const Hardware& hardware) {
  Life life;
  for (std::size_t t = 0; t < hardware.tier_count; ++t) {
    const Lifetime tier = lifetime_of(step, hardware, t);
    if (tier.years < life.years) life = {tier.years, t, tier.fastest};
  }
  return life;
}

// What follows from the step at the medians besides its time (4.10).
void describe_step(Projection& projection, const Step& step, const Hardware& hardware, const BoundDesign& bound) {
  projection.split = split_text(step.parallelism);
  projection.tokens_per_step = step.tokens;
  projection.power = states_power(bound.design) ? step.power : std::nan("");
  projection.intensity = step.work.flops / step.bytes();
  projection.footprint = step.needed * hardware.devices;
  double bandwidth = 0;
  for (const Tier& tier : hardware.used_tiers()) bandwidth += tier.chained ? 0 : sustained_bandwidth(tier);
  projection.sweep_rate = bandwidth / step.needed;
  if (const Life life = shortest_life(step, hardware); life.mechanism != Mechanism::none)
    projection.worn = bound.design.tiers[life.tier] + ": " + mechanism_names[static_cast<std::size_t>(life.mechanism)];
  if (!step.cooled)
    projection.assumptions.push_back("power at rest alone is above the cap: the design cannot be cooled (4.7)");
}

// Draws the step; false quantiles (NaN) when the model does not fit, because a time without the memory for it is no
// answer. The seconds per token of every draw; none when it does not fit.
std::vector<double> spread(Projection& projection, const Workload& workload, const BoundDesign& bound,
                           const ProjectionOptions& options) {
  const DrawShares shares = draw_shares(bound, options.draws, options.seed);
  std::vector<double> seconds(options.draws), user(options.draws), total(options.draws), energy(options.draws),
      years(options.draws);
  std::vector<std::vector<double>> parts(part_count, std::vector<double>(options.draws));
  for (std::size_t i = 0; i < options.draws; ++i) {
    const Hardware hardware = resolve(values_in_draw(bound, shares, i), bound.design, bound.curve);
    const Step step = decode_step(workload, hardware);
    seconds[i] = step.seconds_per_token();
    user[i] = 1 / seconds[i];
    total[i] = workload.batch * user[i];
    energy[i] = step.energy.total() / (step.tokens * workload.batch);
    years[i] = shortest_life(step, hardware).years;
    for (std::size_t p = 0; p < part_count; ++p) parts[p][i] = step.parts[p];
  }
  projection.time_per_token = projection.fits ? quantiles(seconds) : unknown();
  projection.tokens_per_second_user = projection.fits ? quantiles(user) : unknown();
  projection.tokens_per_second_total = projection.fits ? quantiles(total) : unknown();
  projection.energy_per_token = projection.fits && states_power(bound.design) ? quantiles(energy) : unknown();
  projection.lifetime_years = projection.fits && !projection.worn.empty() ? quantiles(years) : unknown();
  for (std::size_t p = 0; p < part_count; ++p) {
    const Quantiles q = quantiles(parts[p]);
    if (q.p95 > 0) projection.phases.push_back({part_names[p], projection.fits ? q : unknown()});
  }
  if (!projection.fits) seconds.clear();
  return seconds;
}

double seconds_with(const Workload& workload, const BoundDesign& bound, Values values, const BoundFigure& figure,
                    double u) {
  BoundFigure alone = figure;
  if (!figure.joint.empty()) {
    std::vector<double> sorted = figure.joint;
    std::sort(sorted.begin(), sorted.end());
    alone.joint = {results::quantile(sorted, u)};
  }
  values[figure.figure.slot] = value_at(alone, u, u, 0);
  return step_at(workload, bound, values).seconds_per_token();
}

// That a model does not fit rests on the capacities alone, however the time would have been decided.
std::string capacity_class(const BoundDesign& bound) {
  std::string worst = "T0";
  for (const BoundFigure& figure : bound.figures) {
    if (design_key(figure.figure.slot).role != Role::capacity) continue;
    worst = std::max(worst, std::string(results::name(figure.figure.transfer)));
  }
  return worst;
}

// One at a time: each figure at its 5th and 95th percentile, the rest at their medians; shares of the sum of squares of
// log(t95 / t5). Interactions are left out; a variance decomposition belongs to a later stage (section 6).
void rank(Projection& projection, const Workload& workload, const BoundDesign& bound, const Values& centre) {
  double sum = 0;
  for (const BoundFigure& figure : bound.figures) {
    Influence influence;
    influence.parameter = figure.figure.path;
    influence.transfer = std::string(results::name(figure.figure.transfer));
    influence.time_low = seconds_with(workload, bound, centre, figure, 0.05);
    influence.time_high = seconds_with(workload, bound, centre, figure, 0.95);
    influence.share = std::pow(std::log(influence.time_high / influence.time_low), 2);
    sum += influence.share;
    projection.influences.push_back(std::move(influence));
  }
  double proposed = 0;
  std::string worst = projection.fits ? "T0" : capacity_class(bound);
  for (Influence& influence : projection.influences) {
    influence.share = sum > 0 ? influence.share / sum : 0;
    if (projection.fits && influence.share > matters) worst = std::max(worst, influence.transfer);
    if (influence.transfer >= "T5") proposed += influence.share;
  }
  std::erase_if(projection.influences, [](const Influence& influence) { return influence.share < 1e-4; });
  std::sort(projection.influences.begin(), projection.influences.end(), [](const Influence& a, const Influence& b) {
    return a.share != b.share ? a.share > b.share : a.parameter < b.parameter;
  });
  projection.transfer_class = worst;
  projection.range_only = proposed > 0.5;
}

std::string bytes(double value) { return results::format_decimal(value, results::Unit::byte); }

// "needs 102 GB on each of 8 devices, ...": what is missing, on a device and in all.
std::string lacking_text(const Step& step, double cache, double devices) {
  const double lacking = step.needed - step.available;
  if (lacking <= 0) {
    return "the KV cache of " + bytes(cache) +
           " a device does not fit in memory, and flash cannot take a cache that is written every step";
  }
  const bool many = devices > 1;
  return "needs " + bytes(step.needed) +
         (many ? " on each of " + results::format(devices, results::Unit::one) + " devices" : "") + ", of which " +
         bytes(cache) + " KV cache; " + bytes(step.available) + " can be used: " + bytes(lacking) +
         (many ? " a device, " + bytes(lacking * devices) + " in all," : "") + " too much";
}

void check_capacity(Projection& projection, const Workload& workload, const BoundDesign& bound, const Step& step) {
  projection.fits = step.fits;
  projection.capacity_needed = step.needed;
  projection.capacity_available = step.available;
  if (!step.fits) {
    projection.reason = lacking_text(step,
                                     step.resident[static_cast<std::size_t>(Object::cache)] +
                                         step.resident[static_cast<std::size_t>(Object::prefix)],
                                     projection.devices);
    projection.bound_by = "capacity";
  }
  // Sources that disagree about the capacity may disagree about the verdict.
  for (const BoundFigure& figure : bound.figures) {
    const results::Estimate& e = figure.figure.estimate;
    if (design_key(figure.figure.slot).role != Role::capacity || !(e.low < e.high)) continue;
    for (const double other : {e.low, e.high}) {
      Values values = median_values(bound);
      values[figure.figure.slot] = other;
      if (step_at(workload, bound, values).fits == step.fits) continue;
      projection.assumptions.push_back(std::string(step.fits ? "fits" : "does not fit") + " with " + bytes(e.value) +
                                       " of " + figure.figure.path + "; another source gives " + bytes(other) +
                                       ", with which it " + (step.fits ? "would not" : "would"));
    }
  }
}

// Which types the multipliers really work on. Throws when the design has none that will do.
void check_arithmetic(Projection& projection, const Workload& workload, const Values& values) {
  std::string said;
  for (const Arithmetic wanted : {workload.precision.weight_arithmetic, workload.precision.expert_arithmetic,
                                  workload.precision.cache_arithmetic}) {
    const Arithmetic used = widened(values, wanted);
    const std::string name = arithmetic_names[static_cast<std::size_t>(wanted)];
    if (used == wanted || said.find(name + " ") != std::string::npos) continue;
    said += name + " ";
    projection.assumptions.push_back("no " + name + " multipliers: operands are widened to " +
                                     arithmetic_names[static_cast<std::size_t>(used)] + ", at no cost in time");
  }
}

// A remark for flash whose depth lies outside what was measured.
void check_flash_depth(Projection& projection, const BoundDesign& bound, const Values& values) {
  if (bound.curve.depth.empty()) return;
  for (std::size_t t = 0; t < bound.design.tiers.size(); ++t) {
    if (!bound.design.flash[t]) continue;
    const double depth = relative_depth(values[slot(t, TierKey::buffer)] / 2, values[slot(t, TierKey::bandwidth)],
                                        values[slot(t, TierKey::latency)]);
    if (depth >= bound.curve.depth.front() && depth <= bound.curve.depth.back()) continue;
    projection.assumptions.push_back(bound.design.tiers[t] +
                                     " is read at a relative depth outside the measured curve: its last value is used "
                                     "(extrapolated)");
  }
}

// What is known of a projection before anything is computed.
Projection named(const Workload& workload, const Design& design) {
  Projection projection;
  projection.workload = workload.name;
  projection.model = workload.model_name;
  projection.design = design.name;
  projection.design_title = design.title;
  projection.proposed = design.proposed;
  projection.execution = execution_names[static_cast<std::size_t>(design.execution)];
  projection.batch = workload.batch;
  projection.context = workload.context + workload.output / 2;
  return projection;
}

}  // namespace

DrawnProjection project_with_draws(const Workload& wanted, const Design& design, const results::Profile& profile,
                                   const ProjectionOptions& options) {
  const BoundDesign bound = bind(design, profile);
  const Values centre = median_values(bound);
  const Hardware hardware = resolve(centre, design, bound.curve);
  const Workload workload = with_split(wanted, design, hardware);
  const Step step = decode_step(workload, hardware);

  Projection projection = named(workload, design);
  projection.devices = hardware.devices;
  describe_step(projection, step, hardware, bound);
  projection.bound_by = bound_by(step);
  check_arithmetic(projection, workload, centre);
  check_capacity(projection, workload, bound, step);
  check_flash_depth(projection, bound, centre);
  std::vector<double> seconds = spread(projection, workload, bound, options);
  rank(projection, workload, bound, centre);
  projection.terms = terms(step, workload, hardware, bound);
  for (const std::string& remark : bound.remarks) projection.assumptions.push_back(remark);
  if (workload.model.experts > 0 && workload.batch > 1) {
    projection.assumptions.push_back("experts are chosen uniformly with routing correlation " +
                                     results::format(workload.routing.correlation, results::Unit::one) + " (4.3)");
  }
  projection.assumptions.push_back(
      "intervals hold the spread of the parameters; the error of the model's form is not in them yet");
  return {std::move(projection), std::move(seconds)};
}

Projection project(const Workload& workload, const Design& design, const results::Profile& profile,
                   const ProjectionOptions& options) {
  return project_with_draws(workload, design, profile, options).projection;
}

Projection project_or_refuse(const Workload& workload, const Design& design, const results::Profile& profile,
                             const ProjectionOptions& options) {
  return project_with_draws_or_refuse(workload, design, profile, options).projection;
}

DrawnProjection project_with_draws_or_refuse(const Workload& workload, const Design& design,
                                             const results::Profile& profile, const ProjectionOptions& options) {
  try {
    return project_with_draws(workload, design, profile, options);
  } catch (const MissingParameter& error) {
    Projection projection = named(workload, design);
    projection.devices = find_figure(design, slot(Key::devices))->estimate.value;
    projection.refused = error.what();
    projection.reason = error.what();
    projection.fits = false;
    projection.bound_by = "refused";
    projection.capacity_needed = projection.capacity_available = std::numeric_limits<double>::quiet_NaN();
    projection.time_per_token = projection.tokens_per_second_user = projection.tokens_per_second_total = unknown();
    projection.energy_per_token = projection.lifetime_years = unknown();
    projection.power = projection.intensity = projection.footprint = projection.sweep_rate = unknown().p50;
    return {std::move(projection), {}};
  }
}

}  // namespace sextant::analysis
