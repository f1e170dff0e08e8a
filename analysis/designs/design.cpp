// SPDX-License-Identifier: Apache-2.0
#include "analysis/designs/design.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/model/flash.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::Unit;

constexpr std::array<DesignKey, slot_count> keys{{
    {"group.devices", Unit::one, Role::count},
    {"memory.capacity", Unit::byte, Role::capacity},
    {"memory.reserve", Unit::one, Role::shape},
    {"memory.bandwidth", Unit::byte_per_second, Role::peak},
    {"memory.efficiency", Unit::one, Role::efficiency},
    {"memory.latency", Unit::second, Role::cost},
    {"memory.energy", Unit::joule_per_byte, Role::cost},
    {"memory.power_cap", Unit::watt, Role::shape},
    {"flash.capacity", Unit::byte, Role::capacity},
    {"flash.bandwidth", Unit::byte_per_second, Role::peak},
    {"flash.efficiency", Unit::one, Role::efficiency},
    {"flash.sense_time", Unit::second, Role::cost},
    {"flash.buffer", Unit::byte, Role::capacity},
    {"flash.prediction", Unit::one, Role::shape},
    {"compute.f32", Unit::flop_per_second, Role::peak},
    {"compute.bf16", Unit::flop_per_second, Role::peak},
    {"compute.fp8", Unit::flop_per_second, Role::peak},
    {"compute.int8", Unit::flop_per_second, Role::peak},
    {"compute.fp4", Unit::flop_per_second, Role::peak},
    {"compute.efficiency", Unit::one, Role::efficiency},
    {"compute.overlap_exponent", Unit::one, Role::shape},
    {"near_data.units", Unit::one, Role::count},
    {"near_data.imbalance", Unit::one, Role::shape},
    {"near_data.link_bandwidth", Unit::byte_per_second, Role::peak},
    {"near_data.synchronisation", Unit::second, Role::cost},
    {"fixed.per_operation", Unit::second, Role::cost},
    {"fixed.per_layer", Unit::second, Role::cost},
    {"fixed.per_sequence", Unit::second, Role::cost},
    {"fixed.per_step", Unit::second, Role::cost},
    {"interconnect.software_latency", Unit::second, Role::cost},
    {"interconnect.hop_latency", Unit::second, Role::cost},
    {"interconnect.bandwidth", Unit::byte_per_second, Role::peak},
    {"interconnect.efficiency", Unit::one, Role::efficiency},
    {"interconnect.reduction_latency", Unit::second, Role::cost},
    {"interconnect.dimensions", Unit::one, Role::count},
}};

double at(const Values& values, Slot slot) { return values[static_cast<std::size_t>(slot)]; }
bool has(const Values& values, Slot slot) { return !std::isnan(at(values, slot)); }
double at_or(const Values& values, Slot slot, double otherwise) {
  return has(values, slot) ? at(values, slot) : otherwise;
}

constexpr std::array compute_slots{Slot::compute_f32, Slot::compute_bf16, Slot::compute_fp8, Slot::compute_int8,
                                   Slot::compute_fp4};  // in the order of Arithmetic

Slot compute_slot(Arithmetic type) { return compute_slots[static_cast<std::size_t>(type)]; }

// The wider type a narrow one is turned into.
Arithmetic wider(Arithmetic type) {
  switch (type) {
    case Arithmetic::fp4:
      return Arithmetic::fp8;
    case Arithmetic::fp8:
      return Arithmetic::bf16;
    case Arithmetic::int8:
      return Arithmetic::bf16;
    case Arithmetic::bf16:
      return Arithmetic::f32;
    case Arithmetic::f32:
      break;
  }
  return Arithmetic::f32;
}

MemoryTier resolve_memory(const Values& v) {
  MemoryTier memory;
  memory.capacity = at(v, Slot::memory_capacity) * (1 - at(v, Slot::memory_reserve));
  memory.bandwidth = at(v, Slot::memory_bandwidth) * at(v, Slot::memory_efficiency);
  // P = BW e <= cap (4.7): a stack under logic reads no faster than it can be cooled.
  if (has(v, Slot::memory_power_cap) && has(v, Slot::memory_energy)) {
    memory.bandwidth = std::min(memory.bandwidth, at(v, Slot::memory_power_cap) / at(v, Slot::memory_energy));
  }
  // n_half scales with bandwidth times latency (section 5): what is in flight before the first byte arrives.
  memory.half_size = memory.bandwidth * at_or(v, Slot::memory_latency, 0);
  return memory;
}

FlashTier resolve_flash(const Values& v, const FlashCurve& curve) {
  FlashTier flash;
  if (!has(v, Slot::flash_capacity)) return flash;
  const double peak = at(v, Slot::flash_bandwidth);
  const double sense = at(v, Slot::flash_sense_time);
  const double buffer = at(v, Slot::flash_buffer);
  flash.capacity = at(v, Slot::flash_capacity);
  flash.sense_time = sense;
  flash.prediction = at(v, Slot::flash_prediction);
  // Half of a double buffer is in flight; the measured curve says what share of the peak that depth gives (section 5).
  const double share = curve.depth.empty() ? 1 : share_at(curve, relative_depth(buffer / 2, peak, sense));
  flash.bandwidth =
      std::min(peak * std::min(1.0, share * at_or(v, Slot::flash_efficiency, 1)), buffered_bandwidth(buffer, sense));
  return flash;
}

}  // namespace

const std::array<DesignKey, slot_count>& design_keys() { return keys; }

const Figure* find_figure(const Design& design, Slot slot) {
  const auto found = std::find_if(design.figures.begin(), design.figures.end(),
                                  [&](const Figure& figure) { return figure.slot == slot; });
  return found == design.figures.end() ? nullptr : &*found;
}

double share_at(const FlashCurve& curve, double depth) {
  if (depth <= curve.depth.front()) return curve.share.front();
  if (depth >= curve.depth.back()) return curve.share.back();
  const auto right = std::upper_bound(curve.depth.begin(), curve.depth.end(), depth);
  const auto i = static_cast<std::size_t>(right - curve.depth.begin());
  const double t = std::log(depth / curve.depth[i - 1]) / std::log(curve.depth[i] / curve.depth[i - 1]);
  return curve.share[i - 1] + t * (curve.share[i] - curve.share[i - 1]);
}

Arithmetic widened(const Values& values, Arithmetic wanted) {
  Arithmetic type = wanted;
  while (!has(values, compute_slot(type))) {
    if (type == Arithmetic::f32) {
      throw results::InvalidInput(
          std::string("the design has no arithmetic for ") + arithmetic_names[static_cast<std::size_t>(wanted)] +
          " or anything wider: add compute." + arithmetic_names[static_cast<std::size_t>(wanted)]);
    }
    type = wider(type);
  }
  return type;
}

Hardware resolve(const Values& v, Topology topology, const FlashCurve& curve) {
  Hardware h;
  h.devices = at(v, Slot::devices);
  h.memory = resolve_memory(v);
  h.flash = resolve_flash(v, curve);
  for (std::size_t i = 0; i < compute_slots.size(); ++i) {
    Arithmetic type = static_cast<Arithmetic>(i);
    while (!has(v, compute_slot(type)) && type != Arithmetic::f32) type = wider(type);
    h.compute[i] = at_or(v, compute_slot(type), 0) * at(v, Slot::compute_efficiency);
  }
  h.overlap = at(v, Slot::compute_overlap_exponent);
  h.near_data = {at_or(v, Slot::near_data_units, 1), at_or(v, Slot::near_data_imbalance, 0),
                 at_or(v, Slot::near_data_link_bandwidth, 0), at_or(v, Slot::near_data_synchronisation, 0)};
  h.fixed = {at(v, Slot::fixed_per_operation), at(v, Slot::fixed_per_layer), at(v, Slot::fixed_per_sequence),
             at(v, Slot::fixed_per_step)};
  h.interconnect.topology = topology;
  if (topology != Topology::none) {
    // alpha' = alpha_software (measured) + alpha_hardware (proposed) (section 5).
    h.interconnect.latency = at(v, Slot::interconnect_software_latency) + at(v, Slot::interconnect_hop_latency);
    h.interconnect.gap = 1 / (at(v, Slot::interconnect_bandwidth) * at(v, Slot::interconnect_efficiency));
    h.interconnect.reduction = at_or(v, Slot::interconnect_reduction_latency, 0);
    h.interconnect.dimensions = at_or(v, Slot::interconnect_dimensions, 1);
  }
  return h;
}

}  // namespace sextant::analysis
