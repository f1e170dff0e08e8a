// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/designs/document.hpp"
#include "analysis/model/hardware.hpp"
#include "results/record/profile.hpp"

// A machine that is to be projected: figures with their source, class and assumption, read from TOML.
namespace sextant::analysis {

// What a figure is decides how it is uncertain (decode-model.md section 5).
enum class Role {
  count,       // devices, units, dimensions: certain
  capacity,    // certain but for conflicting sources
  peak,        // a rate that a vendor claims
  efficiency,  // the share of it that is reached; never above 1
  cost,        // a time, or an energy
  shape,       // an exponent, a probability: only its own range
};

// What a design says once, in the order of its keys (keys.cpp).
enum class Key {
  devices,
  compute_f32,
  compute_bf16,
  compute_fp8,
  compute_int8,
  compute_fp4,
  compute_efficiency,
  compute_overlap_exponent,
  near_data_units,
  near_data_imbalance,
  near_data_link_bandwidth,
  near_data_synchronisation,
  near_data_mode_switch,
  near_data_host_bandwidth,
  near_data_host_compute,
  fixed_per_operation,
  fixed_per_layer,
  fixed_per_sequence,
  fixed_per_step,
  interconnect_software_latency,
  interconnect_hop_latency,
  interconnect_delivery_latency,
  interconnect_bandwidth,
  interconnect_efficiency,
  interconnect_reduction_latency,
  interconnect_message_gap,
  interconnect_dimensions,
  interconnect_group,
  interconnect_oversubscription,
  interconnect_outer_latency,
  interconnect_outer_bandwidth,
  interconnect_jitter,
  interconnect_skipped,
  interconnect_spares,
  interconnect_overlap,
  interconnect_energy,
  power_static,
  power_compute_energy,
  power_cap,
  power_clock_exponent,
  thermal_ambient,
  thermal_limit,
  thermal_resistance,
  thermal_refresh_temperature,
  thermal_refresh_share,
};
inline constexpr std::size_t key_count = 45;

// What a design says of each tier.
enum class TierKey {
  capacity,
  reserve,
  bandwidth,
  write_bandwidth,
  efficiency,
  cache_efficiency,
  latency,
  page,
  buffer,
  prediction,
  energy,
  write_energy,
  idle_power,
  power_cap,
  cycles,
  write_amplification,
  block_pages,
  block_reads,
  retention,
};
inline constexpr std::size_t tier_key_count = 19;

// Where a figure stands among all values: the keys first, then those of tier 0, of tier 1, ...
using Slot = std::size_t;
inline constexpr std::size_t slot_count = key_count + tier_key_count * max_tiers;
constexpr Slot slot(Key key) { return static_cast<std::size_t>(key); }
constexpr Slot slot(std::size_t tier, TierKey key) {
  return key_count + tier * tier_key_count + static_cast<std::size_t>(key);
}

struct DesignKey {
  const char* path;  // "compute.bf16"; of a tier only what follows its name: "bandwidth"
  results::Unit unit;
  Role role;
};
const DesignKey& design_key(Slot slot);

struct Figure {
  Slot slot = 0;
  std::string path;                               // "flash.bandwidth"
  std::string text;                               // as written: "8 TB/s" or a reference
  results::Estimate estimate;                     // SI, times applied; NaN while a profile has to give it
  results::Estimate times = results::exactly(1);  // for a profile reference: applied when it is bound
  std::string profile;   // "memory.latency.dram" or "net.allreduce.alpha[ranks=2 bytes=min]"; empty when known here
  std::string identity;  // equal for the same quantity in two designs: drawn alike, so that it cancels
  results::Source source = results::Source::assumed;
  std::string citation;
  results::TransferClass transfer = results::TransferClass::T6;
  bool ranged = false;  // carries its own low and high, from the file or the catalogue
  std::string assumption;
};

struct Design {
  std::string name;
  std::string title;
  std::string description;
  std::string file;       // where it was read, for errors
  bool set_by_hand = false;  // figures were replaced by --set: it is another machine than the file says
  bool proposed = true;   // nobody has built it, whatever its figures were measured on
  Execution execution{};  // who starts operations
  Topology topology = Topology::none;
  Topology outer_topology = Topology::none;  // between groups of devices; none = one level
  std::vector<std::string> tiers;            // tables of the tiers: "memory", then in the order of the file
  std::array<bool, max_tiers> flash{};       // read in pages, worn by writes: takes no cache that every token writes
  std::array<bool, max_tiers> chained{};     // reached through the first tier
  std::vector<Figure> figures;
};

const Figure* find_figure(const Design& design, Slot slot);  // nullptr when the design does not have it

// Throws InvalidInput naming file, line, key, value and the fix: an unknown key with the nearest known one, a number
// without a unit, a missing source or class, a reference to nothing. A design with `extends = "b200x8"` starts from the
// figures of that one, found beside it, in `shipped` or among its variants; "none" takes one of them away.
Design read_design(const std::filesystem::path& file, const Catalogue& catalogue,
                   const std::vector<Override>& overrides = {}, const std::filesystem::path& shipped = {});
Design interpret_design(Document document, std::string name, const Catalogue& catalogue,
                        const std::vector<Override>& overrides = {});

// One value for every slot; NaN where the design has none.
using Values = std::array<double, slot_count>;

// Share of its full bandwidth that flash reaches with a given relative depth (flash.hpp): measured points, x ascending.
struct FlashCurve {
  std::vector<double> depth, share;
};
double share_at(const FlashCurve& curve, double depth);  // log-linear between points, constant outside

// The machine that these values describe. Pure; no allocation.
Hardware resolve(const Values& values, const Design& design, const FlashCurve& curve);

// The type that multiplies when the machine has no unit for the one asked for: the next wider. Returns `wanted` itself
// where there is one; throws InvalidInput when no type will do.
Arithmetic widened(const Values& values, Arithmetic wanted);

}  // namespace sextant::analysis
