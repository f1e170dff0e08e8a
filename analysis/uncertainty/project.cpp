// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/project.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "analysis/uncertainty/checks.hpp"
#include "analysis/uncertainty/draws.hpp"
#include "analysis/uncertainty/model_form.hpp"
#include "analysis/uncertainty/parameter_records.hpp"
#include "analysis/uncertainty/step_facts.hpp"
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

// Of values times factors. The factors have a median of 1, so that they move the ends and leave the middle: what they
// moved there would only be the noise of the draws.
Quantiles widened(const std::vector<double>& values, const std::vector<double>& factors) {
  std::vector<double> products(values.size());
  std::transform(values.begin(), values.end(), factors.begin(), products.begin(), std::multiplies<>());
  Quantiles wide = quantiles(std::move(products));
  wide.p50 = quantiles(values).p50;
  return wide;
}

Quantiles unknown() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {nan, nan, nan};
}

// Draws the step; false quantiles (NaN) when the model does not fit, because a time without the memory for it is no
// answer. The seconds per token of every draw; none when it does not fit.
std::vector<double> spread(Projection& projection, const Workload& workload, const BoundDesign& bound,
                           const ProjectionOptions& options) {
  const DrawShares shares = draw_shares(bound, options.draws, options.seed);
  const std::vector<double> form = form_factors(projection, options.discrepancies, options.draws, options.seed);
  std::vector<double> inverse(options.draws), seconds(options.draws), user(options.draws), total(options.draws),
      energy(options.draws), years(options.draws);
  std::vector<std::vector<double>> parts(part_count, std::vector<double>(options.draws));
  for (std::size_t i = 0; i < options.draws; ++i) {
    const Hardware hardware = resolve(values_in_draw(bound, shares, i), bound.design, bound.curve);
    const Step step = decode_step(workload, hardware);
    seconds[i] = step.seconds_per_token();
    user[i] = 1 / seconds[i];
    inverse[i] = 1 / form[i];
    total[i] = workload.batch * user[i];
    energy[i] = step.energy.total() / (step.tokens * workload.batch);
    years[i] = shortest_life(step, hardware).years;
    for (std::size_t p = 0; p < part_count; ++p) parts[p][i] = step.parts[p];
  }
  projection.time_per_token = projection.fits ? widened(seconds, form) : unknown();
  projection.tokens_per_second_user = projection.fits ? widened(user, inverse) : unknown();
  projection.tokens_per_second_total = projection.fits ? widened(total, inverse) : unknown();
  projection.energy_per_token = projection.fits && states_power(bound.design) ? quantiles(energy) : unknown();
  projection.lifetime_years = projection.fits && !projection.worn.empty() ? quantiles(years) : unknown();
  for (std::size_t p = 0; p < part_count; ++p) {
    const Quantiles q = quantiles(parts[p]);
    if (q.p95 > 0) projection.phases.push_back({part_names[p], projection.fits ? q : unknown()});
  }
  projection.parameters = parameter_records(bound, shares, options.draws);
  describe_handover(projection, workload);
  if (!projection.fits) return {};
  std::transform(seconds.begin(), seconds.end(), form.begin(), seconds.begin(), std::multiplies<>());
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
// log(t95 / t5). Interactions are left out; a variance decomposition belongs to a later stage (section 6). The figures
// alone decide the class, which then decides how much the model's form adds beside them.
void rank(Projection& projection, const Workload& workload, const BoundDesign& bound, const Values& centre,
          const Discrepancies& discrepancies, double seconds) {
  double sum = 0;
  for (const BoundFigure& figure : bound.figures) {
    Influence influence;
    influence.parameter = figure.figure.path;
    influence.transfer = std::string(results::name(figure.figure.transfer));
    influence.time_low = seconds_with(workload, bound, centre, figure, 0.05);
    influence.time_high = seconds_with(workload, bound, centre, figure, 0.95);
    const double ratio = influence.time_high / influence.time_low;  // infinite where one end cannot be cooled
    influence.share = std::isfinite(ratio) ? std::pow(std::log(ratio), 2) : 0;
    sum += influence.share;
    projection.influences.push_back(std::move(influence));
  }
  double proposed = 0;
  std::string worst = projection.fits ? "T0" : capacity_class(bound);
  for (const Influence& influence : projection.influences) {
    const double share = sum > 0 ? influence.share / sum : 0;
    if (projection.fits && share > matters) worst = std::max(worst, influence.transfer);
    if (influence.transfer >= "T5") proposed += share;
  }
  projection.transfer_class = worst;
  projection.range_only = proposed > 0.5;
  if (std::optional<Influence> form = form_influence(projection, discrepancies, seconds)) {
    sum += form->share;
    projection.influences.push_back(std::move(*form));
  }
  for (Influence& influence : projection.influences) influence.share = sum > 0 ? influence.share / sum : 0;
  std::erase_if(projection.influences, [](const Influence& influence) { return influence.share < 1e-4; });
  std::sort(projection.influences.begin(), projection.influences.end(), [](const Influence& a, const Influence& b) {
    return a.share != b.share ? a.share > b.share : a.parameter < b.parameter;
  });
}

// What is known of a projection before anything is computed.
Projection named(const Workload& workload, const Design& design) {
  Projection projection;
  projection.workload = workload.name;
  projection.model = workload.model_name;
  projection.design = design.name;
  projection.design_title = design.title;
  projection.proposed = design.proposed;
  projection.set_by_hand = design.set_by_hand;
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
  describe_step(projection, step, workload, hardware, bound);
  projection.bound_by = bound_by(step);
  check_arithmetic(projection, workload, centre, design);
  check_capacity(projection, workload, bound, step);
  check_cooling(projection, step);
  check_flash_depth(projection, bound, centre);
  rank(projection, workload, bound, centre, options.discrepancies, step.seconds_per_token());
  std::vector<double> seconds = spread(projection, workload, bound, options);
  projection.terms = terms(step, workload, hardware, bound);
  for (const std::string& remark : bound.remarks) projection.assumptions.push_back(remark);
  if (workload.longest_context > 0 && workload.context + workload.output > workload.longest_context) {
    projection.assumptions.push_back("the model was made for " +
                                     results::format(workload.longest_context, results::Unit::one) +
                                     " tokens: what it says beyond them is not asked here, only how long it takes");
  }
  if (workload.model.experts > 0 && workload.batch > 1) {
    projection.assumptions.push_back("experts are chosen uniformly with routing correlation " +
                                     results::format(workload.routing.correlation, results::Unit::one) + " (4.3)");
  }
  describe_form(projection, options.discrepancies);
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
    projection.largest_batch = projection.knee_batch = unknown().p50;
    return {std::move(projection), {}};
  }
}

}  // namespace sextant::analysis
