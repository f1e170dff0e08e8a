// SPDX-License-Identifier: Apache-2.0
// What a design can say, with the unit and the kind of uncertainty of each.
#include "analysis/designs/design.hpp"

namespace sextant::analysis {
namespace {

using results::Unit;

constexpr std::array<DesignKey, key_count> keys{{
    {"group.devices", Unit::one, Role::count},
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
    {"near_data.mode_switch", Unit::second, Role::cost},
    {"near_data.host_bandwidth", Unit::byte_per_second, Role::peak},
    {"near_data.host_compute", Unit::flop_per_second, Role::peak},
    {"fixed.per_operation", Unit::second, Role::cost},
    {"fixed.per_layer", Unit::second, Role::cost},
    {"fixed.per_sequence", Unit::second, Role::cost},
    {"fixed.per_step", Unit::second, Role::cost},
    {"interconnect.software_latency", Unit::second, Role::cost},
    {"interconnect.hop_latency", Unit::second, Role::cost},
    {"interconnect.delivery_latency", Unit::second, Role::cost},
    {"interconnect.bandwidth", Unit::byte_per_second, Role::peak},
    {"interconnect.efficiency", Unit::one, Role::efficiency},
    {"interconnect.reduction_latency", Unit::second, Role::cost},
    {"interconnect.message_gap", Unit::second, Role::cost},
    {"interconnect.dimensions", Unit::one, Role::count},
    {"interconnect.group", Unit::one, Role::count},
    {"interconnect.oversubscription", Unit::one, Role::shape},
    {"interconnect.outer_latency", Unit::second, Role::cost},
    {"interconnect.outer_bandwidth", Unit::byte_per_second, Role::peak},
    {"interconnect.jitter", Unit::second, Role::cost},
    {"interconnect.skipped", Unit::one, Role::count},
    {"interconnect.spares", Unit::one, Role::count},
    {"interconnect.overlap", Unit::one, Role::shape},
    {"interconnect.energy", Unit::joule_per_byte, Role::cost},
    {"power.static", Unit::watt, Role::cost},
    {"power.compute_energy", Unit::joule_per_flop, Role::cost},
    {"power.cap", Unit::watt, Role::shape},
    {"power.clock_exponent", Unit::one, Role::shape},
    {"thermal.ambient", Unit::kelvin, Role::shape},
    {"thermal.limit", Unit::kelvin, Role::shape},
    {"thermal.resistance", Unit::kelvin_per_watt, Role::cost},
    {"thermal.refresh_temperature", Unit::kelvin, Role::shape},
    {"thermal.refresh_share", Unit::one, Role::shape},
}};

constexpr std::array<DesignKey, tier_key_count> tier_keys{{
    {"capacity", Unit::byte, Role::capacity},
    {"reserve", Unit::one, Role::shape},
    {"bandwidth", Unit::byte_per_second, Role::peak},
    {"write_bandwidth", Unit::byte_per_second, Role::peak},
    {"efficiency", Unit::one, Role::efficiency},
    {"cache_efficiency", Unit::one, Role::efficiency},
    {"latency", Unit::second, Role::cost},
    {"page", Unit::byte, Role::capacity},
    {"buffer", Unit::byte, Role::capacity},
    {"prediction", Unit::one, Role::shape},
    {"energy", Unit::joule_per_byte, Role::cost},
    {"write_energy", Unit::joule_per_byte, Role::cost},
    {"idle_power", Unit::watt, Role::cost},
    {"power_cap", Unit::watt, Role::shape},
    {"cycles", Unit::one, Role::shape},
    {"write_amplification", Unit::one, Role::shape},
    {"block_pages", Unit::one, Role::shape},
    {"block_reads", Unit::one, Role::shape},
    {"retention", Unit::second, Role::shape},
}};

}  // namespace

const DesignKey& design_key(Slot slot) {
  return slot < key_count ? keys[slot] : tier_keys[(slot - key_count) % tier_key_count];
}

}  // namespace sextant::analysis
