// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/step_facts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/model/disaggregation.hpp"
#include "analysis/model/split.hpp"

namespace sextant::analysis {
namespace {

// "tensor 8", "tensor 4, pipeline 2"; "one device, 7 idle" where a batch has nothing for more replicas.
std::string split_text(const Parallelism& p, double batch) {
  const double replicas = std::min(p.data, batch);
  std::string text;
  for (const auto& [name, degree] :
       {std::pair{"tensor", p.tensor}, std::pair{"context", p.context}, std::pair{"data", replicas},
        std::pair{"pipeline", p.pipeline}, std::pair{"expert", p.expert}}) {
    if (degree > 1)
      text += (text.empty() ? "" : ", ") + std::string(name) + " " + results::format(degree, results::Unit::one);
  }
  if (text.empty()) text = "one device";
  const double idle = p.tensor * p.context * p.pipeline * (p.data - replicas);
  return idle > 0 ? text + ", " + results::format(idle, results::Unit::one) + " idle" : text;
}

}  // namespace

bool states_power(const Design& design) {
  return find_figure(design, slot(Key::power_static)) && find_figure(design, slot(Key::power_compute_energy)) &&
         find_figure(design, slot(0, TierKey::energy));
}

Life shortest_life(const Step& step, const Hardware& hardware) {
  Life life;
  for (std::size_t t = 0; t < hardware.tier_count; ++t) {
    const Lifetime tier = lifetime_of(step, hardware, t);
    if (tier.years < life.years) life = {tier.years, t, tier.fastest};
  }
  return life;
}

void describe_step(Projection& projection, const Step& step, const Workload& workload, const Hardware& hardware,
                   const BoundDesign& bound) {
  projection.largest_batch = capacity_batch(workload, hardware);
  projection.knee_batch = knee_batch(workload, hardware);
  projection.split = split_text(step.parallelism, workload.batch);
  projection.tokens_per_step = step.tokens;
  projection.power = states_power(bound.design) ? step.power : std::nan("");
  projection.intensity = step.work.flops / step.bytes();
  const Parallelism& p = step.parallelism;  // replicas without a sequence keep nothing
  projection.footprint = step.needed * p.tensor * p.context * p.pipeline * std::min(p.data, workload.batch);
  double bandwidth = 0;
  for (const Tier& tier : hardware.used_tiers()) bandwidth += tier.chained ? 0 : sustained_bandwidth(tier);
  projection.sweep_rate = bandwidth / step.needed;
  if (const Life life = shortest_life(step, hardware); life.mechanism != Mechanism::none)
    projection.worn = bound.design.tiers[life.tier] + ": " + mechanism_names[static_cast<std::size_t>(life.mechanism)];
}

void describe_handover(Projection& projection, const Workload& workload) {
  const Prefill& prefill = workload.prefill;
  projection.prefilled_elsewhere = prefill.bandwidth > 0;
  if (!projection.prefilled_elsewhere) return;
  const double step = projection.time_per_token.p50 * projection.tokens_per_step;
  const Handover h = handover(workload, prefill.prompt, step, prefill.seconds, prefill.bandwidth);
  projection.handover_bytes = h.bytes;
  projection.handover_seconds = h.seconds;
  projection.handover_bandwidth = h.bandwidth;
  projection.prefill_groups = h.prefill_ratio;
}

}  // namespace sextant::analysis
