// SPDX-License-Identifier: Apache-2.0
// From the leaves of a TOML file to a design: every figure with unit, source, class and assumption, or a clear refusal.
#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/designs/design.hpp"
#include "analysis/designs/figure_reader.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {

using results::nearest;
using results::suggestion;
namespace {

using results::InvalidInput;

constexpr std::array word_keys{"name",    "title",           "description",           "status",
                               "extends", "fixed.execution", "interconnect.topology", "interconnect.outer_topology"};
constexpr double most_devices = 65536;  // every way to share them is tried
constexpr std::array tier_word_keys{"kind", "access"};
constexpr std::array sub_keys{"value", "low", "high", "times", "source", "class", "assumption"};

// "memory", "flash" or "tier.sram" at the start of a path; empty when it names no tier.
std::string tier_of(std::string_view path) {
  for (const std::string_view name : {"memory", "flash"}) {
    if (path.starts_with(name) && path.size() > name.size() && path[name.size()] == '.') return std::string(name);
  }
  if (!path.starts_with("tier.")) return {};
  const auto end = path.find('.', 5);
  return end == std::string_view::npos ? std::string() : std::string(path.substr(0, end));
}

bool is_word(std::string_view path) {
  if (std::find(word_keys.begin(), word_keys.end(), path) != word_keys.end()) return true;
  const std::string tier = tier_of(path);
  if (tier.empty()) return false;
  return std::find(tier_word_keys.begin(), tier_word_keys.end(), path.substr(tier.size() + 1)) != tier_word_keys.end();
}

// A figure's key that a path is, or lies under.
struct Located {
  Slot slot;
  std::string path;
};

bool lies_at(std::string_view path, std::string_view known) {
  return path == known || (path.starts_with(known) && path.size() > known.size() && path[known.size()] == '.');
}

std::optional<Located> locate(std::string_view path, const std::vector<std::string>& tiers) {
  for (Slot s = 0; s < key_count; ++s) {
    if (lies_at(path, design_key(s).path)) return Located{s, design_key(s).path};
  }
  const std::string tier = tier_of(path);
  const auto found = std::find(tiers.begin(), tiers.end(), tier);
  if (found == tiers.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - tiers.begin());
  for (std::size_t k = 0; k < tier_key_count; ++k) {
    const Slot s = slot(index, static_cast<TierKey>(k));
    const std::string whole = tier + "." + design_key(s).path;
    if (lies_at(path, whole)) return Located{s, whole};
  }
  return std::nullopt;
}

// The tables of tiers in the order of the file, the memory first.
std::vector<std::string> tiers_of(const Document& document) {
  std::vector<std::string> tiers{"memory"};
  for (const Leaf& leaf : document.leaves) {
    const std::string tier = tier_of(leaf.path);
    if (!tier.empty() && std::find(tiers.begin(), tiers.end(), tier) == tiers.end()) tiers.push_back(tier);
  }
  if (tiers.size() > max_tiers) {
    throw InvalidInput(document.file + ": " + std::to_string(tiers.size()) + " tiers of memory, at most " +
                       std::to_string(max_tiers) + " can be projected: leave out '" + tiers.back() + "'");
  }
  return tiers;
}

std::string suggestion_for(std::string_view path, const std::vector<std::string>& tiers) {
  std::vector<std::string> known(word_keys.begin(), word_keys.end());
  for (Slot s = 0; s < key_count; ++s) known.emplace_back(design_key(s).path);
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    for (std::size_t k = 0; k < tier_key_count; ++k)
      known.push_back(tiers[t] + "." + design_key(slot(t, static_cast<TierKey>(k))).path);
    for (const char* word : tier_word_keys) known.push_back(tiers[t] + "." + word);
  }
  if (const std::string whole = nearest(path, known); !whole.empty())
    return "unknown key: did you mean '" + whole + "'?";
  return "unknown key: the keys are those of the designs that are shipped";
}

bool is_sub_key(std::string_view rest) {
  return std::any_of(sub_keys.begin(), sub_keys.end(), [&](std::string_view sub) {
    return rest == sub || (sub == "times" && rest.starts_with("times."));
  });
}

void check_keys(const Document& document, const std::vector<std::string>& tiers) {
  for (const Leaf& leaf : document.leaves) {
    if (is_word(leaf.path)) continue;
    const auto key = locate(leaf.path, tiers);
    if (!key) {  // "memory.bandwith.value": the misspelt part is what precedes the last dot
      const auto dot = leaf.path.rfind('.');
      const bool table = dot != std::string::npos && is_sub_key(std::string_view(leaf.path).substr(dot + 1));
      refuse(document, leaf, suggestion_for(table ? leaf.path.substr(0, dot) : leaf.path, tiers));
    }
    const std::string_view path = leaf.path;
    if (path == key->path) continue;
    const std::string_view rest = path.substr(key->path.size() + 1);
    if (!is_sub_key(rest)) {
      refuse(document, leaf,
             "unknown key" + suggestion(rest, std::vector<std::string>(sub_keys.begin(), sub_keys.end())));
    }
  }
}

void put(Document& document, const std::string& path, const std::string& text) {
  std::erase_if(document.leaves, [&](const Leaf& leaf) { return leaf.path == path; });
  document.leaves.push_back({path, text, true, 0, 0, "--set design"});
}

void apply(Document& document, const Override& change) {
  if (is_word(change.path)) return put(document, change.path, change.value);
  const std::vector<std::string> tiers = tiers_of(document);
  const auto key = locate(change.path, tiers);
  if (!key) throw InvalidInput("--set design." + change.path + ": " + suggestion_for(change.path, tiers));
  if (change.path != key->path) return put(document, change.path, change.value);
  const std::string prefix = change.path + ".";
  std::erase_if(document.leaves,
                [&](const Leaf& leaf) { return leaf.path == change.path || leaf.path.starts_with(prefix); });
  if (change.value == "none") return;
  put(document, prefix + "value", change.value);
  put(document, prefix + "source", "set on the command line");
  put(document, prefix + "class", "T6");
  put(document, prefix + "assumption", key->path + " = " + change.value + ", set on the command line");
}

bool has_any(const Document& document, std::string_view path) {
  return std::any_of(document.leaves.begin(), document.leaves.end(), [&](const Leaf& leaf) {
    return leaf.path == path || leaf.path.starts_with(std::string(path) + ".");
  });
}

// The position of a word among those known; refuses any other.
template <std::size_t n>
std::size_t read_word(const Document& document, const Leaf& leaf, const char* const (&known)[n], const char* what) {
  std::vector<std::string> names;
  std::string all;
  for (std::size_t i = 0; i < n; ++i) {
    if (leaf.text == known[i]) return i;
    names.emplace_back(known[i]);
    all += (i > 0 ? ", " : "") + names.back();
  }
  refuse(document, leaf, "unknown " + std::string(what) + suggestion(leaf.text, names) + " Known: " + all);
}

Topology read_topology(const Document& document, const char* path, bool required) {
  const Leaf* leaf = find_leaf(document, path);
  if (!leaf && !required) return Topology::none;
  if (!leaf) refuse_missing(document, path, "write none for a single device");
  return static_cast<Topology>(read_word(document, *leaf, topology_names, "topology"));
}

Execution read_execution(const Document& document) {
  const Leaf* leaf = find_leaf(document, "fixed.execution");
  if (!leaf)
    refuse_missing(
        document, "fixed.execution",
        "write host_launched, graph, persistent or autonomous: who starts the operations decides the fixed cost");
  return static_cast<Execution>(read_word(document, *leaf, execution_names, "execution model"));
}

// The class of an answer tells how far the figures that decide it were carried; a proposal can be decided by figures of
// a machine that exists. So a design says itself whether anyone has built it.
bool read_proposed(const Document& document) {
  constexpr const char* fix = "write built or proposed: whether hardware of this design exists";
  const Leaf* leaf = find_leaf(document, "status");
  if (!leaf) refuse_missing(document, "status", fix);
  if (leaf->text != "built" && leaf->text != "proposed") refuse(document, *leaf, fix);
  return leaf->text == "proposed";
}

// What takes the place of memory, and how it is reached (4.4).
void read_tiers(const Document& document, Design& design) {
  static constexpr const char* kinds[] = {"memory", "flash"};
  static constexpr const char* accesses[] = {"parallel", "through_memory"};
  design.tiers = tiers_of(document);
  for (std::size_t t = 0; t < design.tiers.size(); ++t) {
    const std::string& tier = design.tiers[t];
    const Leaf* kind = find_leaf(document, tier + ".kind");
    const Leaf* access = find_leaf(document, tier + ".access");
    if (!kind && tier.starts_with("tier."))
      refuse_missing(document, tier + ".kind", "write memory, or flash where every write wears it out");
    design.flash[t] = kind ? read_word(document, *kind, kinds, "kind of tier") == 1 : tier == "flash";
    design.chained[t] = access && read_word(document, *access, accesses, "access to a tier") == 1;
  }
  if (design.flash[0])
    refuse(document, *find_leaf(document, "memory.kind"), "the first tier holds the cache: it is memory");
}

// What must be there: nothing is filled in silently.
void require(const Document& document, const Design& design) {
  const auto need = [&](std::initializer_list<Slot> slots, const char* why) {
    for (const Slot s : slots) {
      if (!find_figure(design, s)) refuse_missing(document, design_key(s).path, why);
    }
  };
  need({slot(Key::devices), slot(Key::compute_efficiency), slot(Key::compute_overlap_exponent)},
       "every design states it, with source and class");
  need({slot(Key::fixed_per_operation), slot(Key::fixed_per_layer), slot(Key::fixed_per_sequence),
        slot(Key::fixed_per_step)},
       "a fixed cost is stated, if only as \"0 s\" with the reason");
  for (std::size_t t = 0; t < design.tiers.size(); ++t) {
    const auto need_of_tier = [&](std::initializer_list<TierKey> keys, const char* why) {
      for (const TierKey key : keys) {
        if (!find_figure(design, slot(t, key)))
          refuse_missing(document, design.tiers[t] + "." + design_key(slot(t, key)).path, why);
      }
    };
    need_of_tier({TierKey::capacity, TierKey::bandwidth, TierKey::efficiency},
                 t == 0 ? "a design without memory for the weights cannot be projected" : "a tier states it");
    if (t == 0) need_of_tier({TierKey::reserve}, "say what the runtime keeps for itself");
    if (design.flash[t])
      need_of_tier({TierKey::latency, TierKey::buffer, TierKey::prediction}, "a flash tier states it");
    if (find_figure(design, slot(t, TierKey::power_cap)))
      need_of_tier({TierKey::energy}, "a power cap limits the bandwidth through it");
    if (find_figure(design, slot(t, TierKey::cycles)))
      need_of_tier({TierKey::write_amplification, TierKey::block_pages, TierKey::block_reads, TierKey::retention},
                   "the life of a tier that wears out needs it");
  }
  if (has_any(document, "near_data")) {
    need({slot(Key::near_data_units), slot(Key::near_data_imbalance), slot(Key::near_data_link_bandwidth),
          slot(Key::near_data_synchronisation)},
         "units near the memory state it");
  }
  if (has_any(document, "power.cap") || has_any(document, "thermal"))
    need({slot(Key::power_static), slot(Key::power_compute_energy), slot(0, TierKey::energy)},
         "a limit on power needs to know where power goes");
  if (has_any(document, "thermal"))
    need({slot(Key::thermal_ambient), slot(Key::thermal_limit), slot(Key::thermal_resistance)},
         "a thermal limit is made of these three");
  if (design.topology != Topology::none) {
    need({slot(Key::interconnect_software_latency), slot(Key::interconnect_hop_latency),
          slot(Key::interconnect_bandwidth), slot(Key::interconnect_efficiency)},
         "devices that work together state how they talk");
  }
  if (design.topology == Topology::switch_reduction)
    need({slot(Key::interconnect_reduction_latency)}, "the switch states it");
  if (design.topology == Topology::torus) need({slot(Key::interconnect_dimensions)}, "a torus states it");
  if (design.outer_topology != Topology::none)
    need(
        {slot(Key::interconnect_group), slot(Key::interconnect_outer_latency), slot(Key::interconnect_outer_bandwidth)},
        "groups of devices state how they talk");
}

// The document that `extends` names, with this one over it.
Document with_base(Document document, const std::filesystem::path& file, const std::filesystem::path& shipped,
                   int depth) {
  const Leaf* extends = find_leaf(document, "extends");
  if (!extends) return document;
  if (depth > 4) refuse(document, *extends, "designs extend each other in a circle, or more than four deep");
  const std::string name = extends->text + ".toml";
  std::filesystem::path base;
  for (const auto& folder : {file.parent_path(), shipped, shipped / "variants"}) {
    const auto there = folder / name;
    if (base.empty() && std::filesystem::is_regular_file(there) && !std::filesystem::equivalent(there, file))
      base = there;
  }
  if (base.empty()) refuse(document, *extends, "no design of this name lies beside the file or among the shipped ones");
  Document under = with_base(read_document(base), base, shipped, depth + 1);
  std::erase_if(under.leaves, [](const Leaf& leaf) { return leaf.path == "title" || leaf.path == "description"; });
  std::erase_if(document.leaves, [](const Leaf& leaf) { return leaf.path == "extends"; });
  Document whole = inherit(under, document);
  // What the base has and this one has not: compute.fp4 = "none". Of a topology it is the name.
  std::erase_if(whole.leaves, [](const Leaf& leaf) {
    return leaf.text == "none" && !is_word(leaf.path) && !is_sub_key(leaf.path.substr(leaf.path.rfind('.') + 1));
  });
  return whole;
}

}  // namespace

Design interpret_design(Document document, std::string name, const Catalogue& catalogue,
                        const std::vector<Override>& overrides) {
  for (const Override& change : overrides) apply(document, change);
  Design design;
  design.name = std::move(name);
  design.file = document.file;
  design.set_by_hand = !overrides.empty();
  design.title = text_at(document, "title");
  design.description = text_at(document, "description");
  check_keys(document, tiers_of(document));
  read_tiers(document, design);
  design.proposed = read_proposed(document);
  design.execution = read_execution(document);
  design.topology = read_topology(document, "interconnect.topology", true);
  design.outer_topology = read_topology(document, "interconnect.outer_topology", false);
  const auto read = [&](Slot s, const std::string& path) {
    if (has_any(document, path)) design.figures.push_back(read_figure(document, catalogue, path, s));
  };
  for (Slot s = 0; s < key_count; ++s) read(s, design_key(s).path);
  for (std::size_t t = 0; t < design.tiers.size(); ++t) {
    for (std::size_t k = 0; k < tier_key_count; ++k) {
      const Slot s = slot(t, static_cast<TierKey>(k));
      read(s, design.tiers[t] + "." + design_key(s).path);
    }
  }
  require(document, design);
  const double devices = find_figure(design, slot(Key::devices))->estimate.value;
  if (devices < 1 || devices > most_devices || devices != std::floor(devices)) {
    const Leaf* leaf = find_leaf(document, "group.devices.value");
    refuse(document, leaf ? *leaf : *find_leaf(document, "group.devices"), "write a whole number from 1 to 65536");
  }
  if (devices > 1 && design.topology == Topology::none) {
    throw InvalidInput(
        document.file +
        ": 'interconnect.topology' is none, but 'group.devices' is more than 1: say how the devices talk");
  }
  return design;
}

Design read_design(const std::filesystem::path& file, const Catalogue& catalogue,
                   const std::vector<Override>& overrides, const std::filesystem::path& shipped) {
  return interpret_design(with_base(read_document(file), file, shipped, 0), file.stem().string(), catalogue, overrides);
}

}  // namespace sextant::analysis
