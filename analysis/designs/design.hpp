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

// Everything a design can say in numbers, in the order of design_keys.
enum class Slot {
  devices,
  memory_capacity,
  memory_reserve,
  memory_bandwidth,
  memory_efficiency,
  memory_latency,
  memory_energy,
  memory_power_cap,
  flash_capacity,
  flash_bandwidth,
  flash_efficiency,
  flash_sense_time,
  flash_buffer,
  flash_prediction,
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
  fixed_per_operation,
  fixed_per_layer,
  fixed_per_sequence,
  fixed_per_step,
  interconnect_software_latency,
  interconnect_hop_latency,
  interconnect_bandwidth,
  interconnect_efficiency,
  interconnect_reduction_latency,
  interconnect_dimensions,
};
inline constexpr std::size_t slot_count = 35;

struct DesignKey {
  const char* path;
  results::Unit unit;
  Role role;
};
const std::array<DesignKey, slot_count>& design_keys();

struct Figure {
  Slot slot{};
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
  bool proposed = true;   // nobody has built it, whatever its figures were measured on
  std::string execution;  // host_launched, graph, persistent, autonomous
  Topology topology = Topology::none;
  std::vector<Figure> figures;
};

const Figure* find_figure(const Design& design, Slot slot);  // nullptr when the design does not have it

// Throws InvalidInput naming file, line, key, value and the fix: an unknown key with the nearest known one, a number
// without a unit, a missing source or class, a reference to nothing.
Design read_design(const std::filesystem::path& file, const Catalogue& catalogue,
                   const std::vector<Override>& overrides = {});
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
Hardware resolve(const Values& values, Topology topology, const FlashCurve& curve);

// The type that multiplies when the machine has no unit for the one asked for: the next wider. Returns `wanted` itself
// where there is one; throws InvalidInput when no type will do.
Arithmetic widened(const Values& values, Arithmetic wanted);

}  // namespace sextant::analysis
