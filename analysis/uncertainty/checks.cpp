// SPDX-License-Identifier: Apache-2.0
#include "analysis/uncertainty/checks.hpp"

#include "analysis/model/flash.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

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

}  // namespace

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
      if (decode_step(workload, resolve(values, bound.design, bound.curve)).fits == step.fits) continue;
      projection.assumptions.push_back(std::string(step.fits ? "fits" : "does not fit") + " with " + bytes(e.value) +
                                       " of " + figure.figure.path + "; another source gives " + bytes(other) +
                                       ", with which it " + (step.fits ? "would not" : "would"));
    }
  }
}

void check_cooling(Projection& projection, const Step& step) {
  if (step.cooled || !projection.fits) return;
  projection.fits = false;
  projection.bound_by = "power";
  projection.reason = "at rest alone a device uses more power than its limits on power and temperature allow";
}

void check_arithmetic(Projection& projection, const Workload& workload, const Values& values,
                      const Design& design) try {
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
} catch (const results::InvalidInput& error) {
  throw results::InvalidInput(design.file + ": " + error.what());
}

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

}  // namespace sextant::analysis
