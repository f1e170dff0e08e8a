// SPDX-License-Identifier: Apache-2.0
// From the leaves of a TOML file to a design: every figure with unit, source, class and assumption, or a clear refusal.
#include <algorithm>
#include <cmath>

#include "analysis/designs/design.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {

using results::nearest;
using results::suggestion;
namespace {

using results::Estimate;
using results::InvalidInput;
using results::TransferClass;
using results::Unit;

constexpr std::array word_keys{"name", "title", "description", "status", "fixed.execution", "interconnect.topology"};
constexpr std::array sub_keys{"value", "low", "high", "times", "source", "class", "assumption"};
constexpr std::array executions{"host_launched", "graph", "persistent", "autonomous"};

bool is_word(std::string_view path) { return std::find(word_keys.begin(), word_keys.end(), path) != word_keys.end(); }

// The figure key that a path is, or lies under; nullptr when none.
const DesignKey* key_of(std::string_view path) {
  for (const DesignKey& key : design_keys()) {
    const std::string_view known = key.path;
    if (path == known || (path.starts_with(known) && path.size() > known.size() && path[known.size()] == '.'))
      return &key;
  }
  return nullptr;
}

std::string suggestion_for(std::string_view path) {
  std::vector<std::string> known(word_keys.begin(), word_keys.end());
  for (const DesignKey& key : design_keys()) known.emplace_back(key.path);
  if (const std::string whole = nearest(path, known); !whole.empty())
    return "unknown key: did you mean '" + whole + "'?";
  return "unknown key: the keys are those of the designs that are shipped";
}

bool is_sub_key(std::string_view rest) {
  return std::any_of(sub_keys.begin(), sub_keys.end(), [&](std::string_view sub) {
    return rest == sub || (sub == "times" && rest.starts_with("times."));
  });
}

void check_keys(const Document& document) {
  for (const Leaf& leaf : document.leaves) {
    if (is_word(leaf.path)) continue;
    const DesignKey* key = key_of(leaf.path);
    if (!key) {  // "memory.bandwith.value": the misspelt part is what precedes the last dot
      const auto dot = leaf.path.rfind('.');
      const bool table = dot != std::string::npos && is_sub_key(std::string_view(leaf.path).substr(dot + 1));
      refuse(document, leaf, suggestion_for(table ? leaf.path.substr(0, dot) : leaf.path));
    }
    const std::string_view path = leaf.path;
    if (path == key->path) continue;
    const std::string_view rest = path.substr(std::string_view(key->path).size() + 1);
    if (!is_sub_key(rest)) {
      refuse(document, leaf,
             "unknown key" + suggestion(rest, std::vector<std::string>(sub_keys.begin(), sub_keys.end())));
    }
  }
}

void put(Document& document, const std::string& path, const std::string& text) {
  std::erase_if(document.leaves, [&](const Leaf& leaf) { return leaf.path == path; });
  document.leaves.push_back({path, text, true, 0, 0});
}

void apply(Document& document, const Override& change) {
  const DesignKey* key = key_of(change.path);
  if (is_word(change.path)) return put(document, change.path, change.value);
  if (!key) throw InvalidInput("--set design." + change.path + ": " + suggestion_for(change.path));
  if (change.path != key->path) return put(document, change.path, change.value);
  const std::string prefix = change.path + ".";
  std::erase_if(document.leaves,
                [&](const Leaf& leaf) { return leaf.path == change.path || leaf.path.starts_with(prefix); });
  put(document, prefix + "value", change.value);
  put(document, prefix + "source", "set on the command line");
  put(document, prefix + "class", "T6");
  put(document, prefix + "assumption", std::string(key->path) + " = " + change.value + ", set on the command line");
}

struct Reference {
  Kind kind;
  std::string entity, field;
};

// "technology:hbm4.read_bandwidth" and the like; false when the text is none.
bool parse_reference(std::string_view text, Reference& reference) {
  for (const Kind kind : {Kind::technology, Kind::device, Kind::interconnect}) {
    const std::string prefix = std::string(name(kind)) + ":";
    if (!text.starts_with(prefix)) continue;
    const std::string_view rest = text.substr(prefix.size());
    const auto dot = rest.rfind('.');
    if (dot == std::string_view::npos) return false;
    reference = {kind, std::string(rest.substr(0, dot)), std::string(rest.substr(dot + 1))};
    return true;
  }
  return false;
}

class FigureReader {
 public:
  FigureReader(const Document& document, const Catalogue& catalogue, const DesignKey& key, Slot slot)
      : document_(document), catalogue_(catalogue), key_(key) {
    figure_.slot = slot;
  }

  Figure read() {
    const Leaf* whole = find_leaf(document_, key_.path);
    const Leaf* value = whole ? whole : leaf("value");
    if (!value) refuse_missing(document_, std::string(key_.path) + ".value", "a figure needs one, with its unit");
    if (!value->quoted)
      refuse(document_, *value, "a number needs a unit: write \"" + value->text + " " + example() + "\"");
    figure_.text = value->text;
    if (text_at(document_, path("class")).empty() && whole == nullptr) {
      refuse_missing(document_, path("class"),
                     "say how far the figure is carried, T0 to T6 (docs/decode-model.md, transfer)");
    }
    read_value(*value, whole != nullptr);
    read_range();
    read_times();
    read_class(*value);
    // A plain count ("four of eight stacks") leaves the quantity what it is.
    figure_.identity = figure_.text + uncertain_times_ + (is_reference_ ? "" : "|" + figure_.citation);
    return figure_;
  }

 private:
  std::string path(const char* sub) const { return std::string(key_.path) + "." + sub; }
  const Leaf* leaf(const char* sub) const { return find_leaf(document_, path(sub)); }

  std::string example() const {
    switch (key_.unit) {
      case Unit::byte:
        return "GB";
      case Unit::byte_per_second:
        return "GB/s";
      case Unit::second:
        return "us";
      case Unit::flop_per_second:
        return "TFLOP/s";
      case Unit::watt:
        return "W";
      case Unit::joule_per_byte:
        return "pJ/bit";
      default:
        return "";
    }
  }

  double amount(const Leaf& where, Unit unit) const {
    const std::string number = where.text.substr(0, where.text.find(' '));
    const std::string fix = "write for example \"" + number + " " + example() + "\"";
    if (!where.quoted) refuse(document_, where, "a number needs a unit: " + fix);
    try {
      const results::Amount amount = results::parse_amount(where.text);
      if (amount.unit == unit) return amount.value;
      if (amount.unit == Unit::one) refuse(document_, where, "a number needs a unit: " + fix);
    } catch (const std::invalid_argument& error) {
      refuse(document_, where, error.what());
    }
    refuse(document_, where, "this is not the kind of quantity expected: " + fix);
  }

  const PublishedFigure& published(const Leaf& where, const Reference& reference, Unit unit) const {
    try {
      const PublishedFigure& found = find(find(catalogue_, reference.kind, reference.entity), reference.field);
      if (found.usable && found.unit == unit) return found;
      refuse(document_, where,
             "the catalogue gives this in " + found.unit_text + ", which is not the quantity expected");
    } catch (const InvalidInput& error) {
      if (std::string_view(error.what()).starts_with(document_.file)) throw;
      refuse(document_, where, error.what());
    }
  }

  void read_value(const Leaf& value, bool whole) {
    Reference reference;
    figure_.citation = text_at(document_, path("source"));
    if (value.text.starts_with("profile:")) {
      is_reference_ = true;
      if (whole)
        refuse(document_, value,
               "a measured parameter needs a class: write {value=\"" + value.text +
                   "\", class=\"T4\", assumption=\"...\"}");
      figure_.profile = value.text.substr(8);
      figure_.estimate = results::exactly(std::nan(""));
      figure_.source = results::Source::measured;
    } else if (parse_reference(value.text, reference)) {
      is_reference_ = true;
      const PublishedFigure& found = published(value, reference, key_.unit);
      figure_.estimate = found.estimate;
      figure_.source = reference.kind == Kind::device ? results::Source::datasheet : results::Source::published;
      if (figure_.citation.empty()) figure_.citation = found.source + " (" + found.evidence + ")";
      if (whole) figure_.transfer = reference.kind == Kind::device ? TransferClass::T0 : TransferClass::T5;
    } else if (whole) {
      refuse(document_, value,
             "a figure is a table {value=\"...\", source=\"...\", class=\"...\"} or a reference such as "
             "technology:hbm4.read_bandwidth");
    } else {
      figure_.estimate = results::exactly(amount(value, key_.unit));
      if (figure_.citation.empty())
        refuse_missing(document_, path("source"), "say where the figure comes from, or \"assumed\"");
      figure_.source = figure_.citation.starts_with("assumed") ? results::Source::assumed : results::Source::published;
    }
  }

  void read_range() {
    if (const Leaf* low = leaf("low")) figure_.estimate.low = amount(*low, key_.unit);
    if (const Leaf* high = leaf("high")) figure_.estimate.high = amount(*high, key_.unit);
    const Estimate& e = figure_.estimate;
    if (!figure_.profile.empty()) {
      if (leaf("low") || leaf("high"))
        refuse(document_, *leaf(leaf("low") ? "low" : "high"), "a measured parameter brings its own interval");
      return;
    }
    if (!(e.low <= e.value && e.value <= e.high)) {
      refuse(document_, leaf("low") ? *leaf("low") : *leaf(leaf("high") ? "high" : "value"),
             "low, value and high must be in this order");
    }
    if (e.low < 0) refuse(document_, *leaf("value"), "no figure of a design is negative");
    figure_.ranged = e.low < e.high;
  }

  void read_times() {
    for (const Leaf& item : document_.leaves) {
      if (item.path != path("times") && !item.path.starts_with(path("times") + ".")) continue;
      Estimate factor;
      Reference reference;
      if (parse_reference(item.text, reference)) {
        factor = published(item, reference, Unit::one).estimate;
        uncertain_times_ += "*" + item.text;
      } else {
        factor = results::exactly(amount(item, Unit::one));
      }
      figure_.times = {figure_.times.value * factor.value, figure_.times.low * factor.low,
                       figure_.times.high * factor.high};
    }
    if (!figure_.profile.empty()) return;
    Estimate& e = figure_.estimate;
    e = {e.value * figure_.times.value, e.low * figure_.times.low, e.high * figure_.times.high};
    figure_.ranged = e.low < e.high;
  }

  void read_class(const Leaf& value) {
    if (const Leaf* written = leaf("class")) {
      try {
        figure_.transfer = results::transfer_from_name(written->text);
      } catch (const std::invalid_argument& error) {
        refuse(document_, *written, error.what());
      }
    }
    figure_.assumption = text_at(document_, path("assumption"));
    if (figure_.transfer >= TransferClass::T4 && figure_.assumption.empty() && leaf("value")) {
      refuse(document_, value,
             "class " + std::string(results::name(figure_.transfer)) +
                 " needs an assumption: say what is taken for granted");
    }
  }

  const Document& document_;
  const Catalogue& catalogue_;
  const DesignKey& key_;
  Figure figure_;
  bool is_reference_ = false;
  std::string uncertain_times_;  // factors that are figures themselves
};

bool has_any(const Document& document, std::string_view path) {
  return std::any_of(document.leaves.begin(), document.leaves.end(), [&](const Leaf& leaf) {
    return leaf.path == path || leaf.path.starts_with(std::string(path) + ".");
  });
}

Topology read_topology(const Document& document) {
  const Leaf* leaf = find_leaf(document, "interconnect.topology");
  if (!leaf) refuse_missing(document, "interconnect.topology", "write none for a single device");
  std::vector<std::string> known;
  for (std::size_t i = 0; i < std::size(topology_names); ++i) {
    if (leaf->text == topology_names[i]) return static_cast<Topology>(i);
    known.emplace_back(topology_names[i]);
  }
  refuse(document, *leaf,
         "unknown topology" + suggestion(leaf->text, known) +
             " Known: none, ring, fully_connected, torus, switched, switch_reduction");
}

std::string read_execution(const Document& document) {
  const Leaf* leaf = find_leaf(document, "fixed.execution");
  if (!leaf)
    refuse_missing(
        document, "fixed.execution",
        "write host_launched, graph, persistent or autonomous: who starts the operations decides the fixed cost");
  if (std::find(executions.begin(), executions.end(), leaf->text) == executions.end()) {
    refuse(document, *leaf, "unknown execution model: write host_launched, graph, persistent or autonomous");
  }
  return leaf->text;
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

// What must be there: nothing is filled in silently.
void require(const Document& document, const Design& design) {
  const auto need = [&](std::initializer_list<Slot> slots, const char* why) {
    for (const Slot slot : slots) {
      if (!find_figure(design, slot)) refuse_missing(document, design_keys()[static_cast<std::size_t>(slot)].path, why);
    }
  };
  need({Slot::devices, Slot::memory_capacity, Slot::memory_reserve, Slot::memory_bandwidth, Slot::memory_efficiency,
        Slot::compute_efficiency, Slot::compute_overlap_exponent},
       "every design states it, with source and class");
  need({Slot::fixed_per_operation, Slot::fixed_per_layer, Slot::fixed_per_sequence, Slot::fixed_per_step},
       "a fixed cost is stated, if only as \"0 s\" with the reason");
  if (has_any(document, "flash")) {
    need({Slot::flash_capacity, Slot::flash_bandwidth, Slot::flash_efficiency, Slot::flash_sense_time,
          Slot::flash_buffer, Slot::flash_prediction},
         "a flash tier states it");
  }
  if (has_any(document, "near_data")) {
    need({Slot::near_data_units, Slot::near_data_imbalance, Slot::near_data_link_bandwidth,
          Slot::near_data_synchronisation},
         "units near the memory state it");
  }
  if (has_any(document, "memory.power_cap")) need({Slot::memory_energy}, "a power cap limits the bandwidth through it");
  if (design.topology != Topology::none) {
    need({Slot::interconnect_software_latency, Slot::interconnect_hop_latency, Slot::interconnect_bandwidth,
          Slot::interconnect_efficiency},
         "devices that work together state how they talk");
  }
  if (design.topology == Topology::switch_reduction)
    need({Slot::interconnect_reduction_latency}, "the switch states it");
  if (design.topology == Topology::torus) need({Slot::interconnect_dimensions}, "a torus states it");
}

}  // namespace

Design interpret_design(Document document, std::string name, const Catalogue& catalogue,
                        const std::vector<Override>& overrides) {
  for (const Override& change : overrides) apply(document, change);
  check_keys(document);
  Design design;
  design.name = std::move(name);
  design.title = text_at(document, "title");
  design.description = text_at(document, "description");
  design.proposed = read_proposed(document);
  design.execution = read_execution(document);
  design.topology = read_topology(document);
  for (std::size_t i = 0; i < slot_count; ++i) {
    const DesignKey& key = design_keys()[i];
    if (has_any(document, key.path)) {
      design.figures.push_back(FigureReader(document, catalogue, key, static_cast<Slot>(i)).read());
    }
  }
  require(document, design);
  const double devices = find_figure(design, Slot::devices)->estimate.value;
  if (devices < 1 || devices != std::floor(devices))
    throw InvalidInput(document.file + ": 'group.devices' must be a whole number from 1");
  if (devices > 1 && design.topology == Topology::none) {
    throw InvalidInput(
        document.file +
        ": 'interconnect.topology' is none, but 'group.devices' is more than 1: say how the devices talk");
  }
  return design;
}

Design read_design(const std::filesystem::path& file, const Catalogue& catalogue,
                   const std::vector<Override>& overrides) {
  return interpret_design(read_document(file), file.stem().string(), catalogue, overrides);
}

}  // namespace sextant::analysis
