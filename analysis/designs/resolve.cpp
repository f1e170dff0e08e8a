// SPDX-License-Identifier: Apache-2.0
// From the values of a design's figures to the machine that the equations see.
#include <algorithm>
#include <cmath>

#include "analysis/designs/design.hpp"
#include "analysis/model/flash.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

double at(const Values& values, Slot slot) { return values[slot]; }
bool has(const Values& values, Slot slot) { return !std::isnan(at(values, slot)); }
double at_or(const Values& values, Slot slot, double otherwise) {
  return has(values, slot) ? at(values, slot) : otherwise;
}

constexpr std::array compute_keys{Key::compute_f32, Key::compute_bf16, Key::compute_fp8, Key::compute_int8,
                                  Key::compute_fp4};  // in the order of Arithmetic

Slot compute_slot(Arithmetic type) { return slot(compute_keys[static_cast<std::size_t>(type)]); }

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

// Bandwidth that flash delivers with half of its double buffer in flight: the measured curve says what share of the peak
// that depth gives (section 5), and Little's law limits it besides (sustained_bandwidth).
double flash_share(const Values& v, std::size_t t, const FlashCurve& curve) {
  if (curve.depth.empty()) return 1;
  const double peak = at(v, slot(t, TierKey::bandwidth));
  return share_at(curve, relative_depth(at(v, slot(t, TierKey::buffer)) / 2, peak, at(v, slot(t, TierKey::latency))));
}

Tier resolve_tier(const Values& v, const Design& design, std::size_t t, const FlashCurve& curve) {
  const auto of = [&](TierKey key, double otherwise) { return at_or(v, slot(t, key), otherwise); };
  const bool flash = design.flash[t];
  Tier tier;
  tier.capacity = of(TierKey::capacity, 0) * (1 - of(TierKey::reserve, 0));
  double efficiency = of(TierKey::efficiency, 1);
  if (flash) efficiency = std::min(1.0, efficiency * flash_share(v, t, curve));
  tier.read_bandwidth = of(TierKey::bandwidth, 0) * efficiency;
  // P = BW e <= cap (4.7): a stack under logic reads no faster than it can be cooled.
  if (has(v, slot(t, TierKey::power_cap)))
    tier.read_bandwidth = std::min(tier.read_bandwidth, of(TierKey::power_cap, 0) / of(TierKey::energy, 0));
  tier.write_bandwidth = of(TierKey::write_bandwidth, flash ? 0 : tier.read_bandwidth);
  tier.granularity = of(TierKey::page, 0);
  tier.in_flight = flash ? of(TierKey::buffer, 0) / 2 : of(TierKey::buffer, 0);
  tier.prediction = of(TierKey::prediction, 0);
  tier.energy_read = of(TierKey::energy, 0);
  tier.energy_write = of(TierKey::write_energy, tier.energy_read);
  tier.idle_power = of(TierKey::idle_power, 0);
  tier.holds_cache = !flash;
  tier.chained = design.chained[t];
  if (flash) {
    tier.latency = of(TierKey::latency, 0);
  } else {
    // n_half scales with bandwidth times latency (section 5): what is in flight before the first byte arrives.
    tier.half_size = tier.read_bandwidth * of(TierKey::latency, 0);
  }
  return tier;
}

TwoLevel resolve_network(const Values& v, const Design& design) {
  const auto of = [&](Key key, double otherwise) { return at_or(v, slot(key), otherwise); };
  TwoLevel network = Hardware().network;
  Interconnect& net = network.inner;
  net.topology = design.topology;
  if (design.topology == Topology::none) return network;
  // alpha' = alpha_software (measured) + alpha_hardware (proposed) (section 5), with the first hop.
  const double hop = of(Key::interconnect_hop_latency, 0);
  net.latency = end_to_end_latency({.software = of(Key::interconnect_software_latency, 0),
                                    .hop = hop,
                                    .delivery = of(Key::interconnect_delivery_latency, 0)},
                                   1);
  net.hop = hop;
  net.gap = 1 / (of(Key::interconnect_bandwidth, 0) * of(Key::interconnect_efficiency, 1));
  net.reduction = of(Key::interconnect_reduction_latency, 0);
  net.dimensions = of(Key::interconnect_dimensions, 1);
  net.message_gap = of(Key::interconnect_message_gap, 0);
  net.taper = of(Key::interconnect_oversubscription, 1);
  net.group = of(Key::interconnect_group, 1);
  if (design.outer_topology == Topology::none) return network;
  network.local = of(Key::interconnect_group, 1);
  network.outer = net;
  network.outer.topology = design.outer_topology;
  network.outer.latency = of(Key::interconnect_outer_latency, 0);
  network.outer.hop = 0;  // measured or stated end to end
  network.outer.gap = 1 / (of(Key::interconnect_outer_bandwidth, 0) * of(Key::interconnect_efficiency, 1));
  return network;
}

PowerFigures resolve_power(const Values& v) {
  PowerFigures power;
  power.idle = at_or(v, slot(Key::power_static), 0);
  power.per_flop = at_or(v, slot(Key::power_compute_energy), 0);
  power.per_link_byte = at_or(v, slot(Key::interconnect_energy), 0);
  power.cap = at_or(v, slot(Key::power_cap), 0);
  power.clock_exponent = at_or(v, slot(Key::power_clock_exponent), power.clock_exponent);
  return power;
}

Wear resolve_wear(const Values& v, std::size_t t) {
  if (!has(v, slot(t, TierKey::cycles))) return {};
  return {{at(v, slot(t, TierKey::cycles)), at(v, slot(t, TierKey::write_amplification)),
           at(v, slot(t, TierKey::block_pages)), at(v, slot(t, TierKey::block_reads))},
          seconds_per_year / at(v, slot(t, TierKey::retention))};
}

// Units have their parts of the device's bandwidth and arithmetic, which the step takes from the device itself (4.6).
void resolve_near_data(const Values& v, Hardware& h) {
  NearMemory& near = h.near_data;
  near.units = at_or(v, slot(Key::near_data_units), 1);
  if (near.units <= 1) return;
  near.imbalance = at(v, slot(Key::near_data_imbalance));
  near.link_bandwidth = at(v, slot(Key::near_data_link_bandwidth));
  near.synchronisation = at(v, slot(Key::near_data_synchronisation));
  near.mode_switch = at_or(v, slot(Key::near_data_mode_switch), 0);
  h.host = {at_or(v, slot(Key::near_data_host_bandwidth), 0), at_or(v, slot(Key::near_data_host_compute), 0)};
}

}  // namespace

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

Hardware resolve(const Values& v, const Design& design, const FlashCurve& curve) {
  Hardware h;
  h.devices = at(v, slot(Key::devices));
  h.tier_count = design.tiers.size();
  for (std::size_t t = 0; t < h.tier_count; ++t) {
    h.tiers[t] = resolve_tier(v, design, t, curve);
    const double share = at_or(v, slot(t, TierKey::cache_efficiency), at(v, slot(t, TierKey::efficiency)));
    h.cache_share[t] = share / at(v, slot(t, TierKey::efficiency));
  }
  for (std::size_t i = 0; i < compute_keys.size(); ++i) {
    Arithmetic type = static_cast<Arithmetic>(i);
    while (!has(v, compute_slot(type)) && type != Arithmetic::f32) type = wider(type);
    h.compute[i] = at_or(v, compute_slot(type), 0) * at(v, slot(Key::compute_efficiency));
  }
  h.overlap = at(v, slot(Key::compute_overlap_exponent));
  resolve_near_data(v, h);
  h.fixed = {design.execution, at(v, slot(Key::fixed_per_operation)), at(v, slot(Key::fixed_per_layer)),
             at(v, slot(Key::fixed_per_sequence)), at(v, slot(Key::fixed_per_step))};
  h.network = resolve_network(v, design);
  h.stragglers = {at_or(v, slot(Key::interconnect_jitter), 0),
                  {at_or(v, slot(Key::interconnect_skipped), 0), at_or(v, slot(Key::interconnect_spares), 0)}};
  h.communication_overlap = at_or(v, slot(Key::interconnect_overlap), 0);
  h.power = resolve_power(v);
  h.cooling = {.hottest = at_or(v, slot(Key::thermal_limit), 0),
               .ambient = at_or(v, slot(Key::thermal_ambient), 0),
               .resistance = at_or(v, slot(Key::thermal_resistance), 0)};
  h.hot = at_or(v, slot(Key::thermal_refresh_temperature), h.hot);
  h.refresh = at_or(v, slot(Key::thermal_refresh_share), 0);
  for (std::size_t t = 0; t < h.tier_count; ++t) h.wear[t] = resolve_wear(v, t);
  return h;
}

}  // namespace sextant::analysis
