// SPDX-License-Identifier: Apache-2.0
// One figure of a design: value with unit or a reference, range, factors, source, class and assumption.
#include "analysis/designs/figure_reader.hpp"

#include <algorithm>
#include <cmath>

#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::Estimate;
using results::InvalidInput;
using results::TransferClass;
using results::Unit;

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
  FigureReader(const Document& document, const Catalogue& catalogue, const std::string& path, Slot slot)
      : document_(document), catalogue_(catalogue), path_(path), key_(design_key(slot)) {
    figure_.slot = slot;
    figure_.path = path;
  }

  Figure read() {
    const Leaf* whole = find_leaf(document_, path_);
    const Leaf* value = whole ? whole : leaf("value");
    if (!value) refuse_missing(document_, path_ + ".value", "a figure needs one, with its unit");
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
    check_role(*value);
    // A plain count ("four of eight stacks") leaves the quantity what it is.
    figure_.identity = figure_.text + uncertain_times_ + (is_reference_ ? "" : "|" + figure_.citation);
    return figure_;
  }

 private:
  std::string path(const char* sub) const { return path_ + "." + sub; }
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
      case Unit::joule_per_flop:
        return "pJ/FLOP";
      case Unit::kelvin:
        return "K";
      case Unit::kelvin_per_watt:
        return "K/W";
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

  // What no machine can have: a peak of nothing, a share above all of it.
  void check_role(const Leaf& value) const {
    const Estimate& e = figure_.estimate;
    if (std::isnan(e.value)) return;
    const Leaf& low = leaf("low") ? *leaf("low") : value;
    const Leaf& high = leaf("high") ? *leaf("high") : value;
    if (key_.role == Role::peak && !(e.low > 0)) refuse(document_, low, "a peak must be above zero");
    constexpr const char* share =
        "an efficiency lies above 0 and is at most 1: write the share of the peak that is reached";
    if (key_.role == Role::efficiency && !(e.low > 0)) refuse(document_, low, share);
    if (key_.role == Role::efficiency && !(e.high <= 1)) refuse(document_, e.value > 1 ? value : high, share);
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
  const std::string& path_;
  const DesignKey& key_;
  Figure figure_;
  bool is_reference_ = false;
  std::string uncertain_times_;  // factors that are figures themselves
};

}  // namespace

Figure read_figure(const Document& document, const Catalogue& catalogue, const std::string& path, Slot slot) {
  return FigureReader(document, catalogue, path, slot).read();
}

}  // namespace sextant::analysis
