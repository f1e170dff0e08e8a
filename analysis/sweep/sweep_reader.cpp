// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/sweep/sweep.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {
namespace {

constexpr std::size_t most_axes = 4;
constexpr std::size_t most_steps = 1000;  // on one axis
constexpr std::size_t most_points = 1e5;  // rows of the CSV file

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys{"title", "description", "workloads", "designs", "against", "axis"};
  return keys;
}

const std::vector<std::string>& known_axis_keys() {
  static const std::vector<std::string> keys{"key", "values", "low", "high", "steps", "spacing"};
  return keys;
}

// "designs.0" -> "designs".
std::string head(std::string_view path) { return std::string(path.substr(0, path.find('.'))); }

// Leaves of an array, in its order.
std::vector<Leaf> items(const Document& document, const std::string& path) {
  std::vector<Leaf> list;
  for (std::size_t i = 0;; ++i) {
    const Leaf* leaf = find_leaf(document, path + "." + std::to_string(i));
    if (!leaf) break;
    list.push_back(*leaf);
  }
  return list;
}

void check_keys(const Document& document) {
  for (const Leaf& leaf : document.leaves) {
    const std::string key = head(leaf.path);
    if (std::find(known_keys().begin(), known_keys().end(), key) == known_keys().end())
      refuse(document, leaf, "unknown key" + results::suggestion(key, known_keys()));
    const bool list = key == "workloads" || key == "designs" || key == "against";
    if (list && leaf.path == key) refuse(document, leaf, "write a list: " + key + " = [\"" + leaf.text + "\"]");
    if (key != "axis") continue;
    // "axis.0.values.1": what stands after the number.
    const auto number_end = leaf.path.find('.', 5);
    if (leaf.path.size() < 6 || number_end == std::string::npos)
      refuse(document, leaf, "an axis is a table of its own: start it with [[axis]]");
    const std::string part = head(std::string_view(leaf.path).substr(number_end + 1));
    if (std::find(known_axis_keys().begin(), known_axis_keys().end(), part) == known_axis_keys().end())
      refuse(document, leaf, "unknown key of an axis" + results::suggestion(part, known_axis_keys()));
  }
}

// A value or an end of a range as a quantity.
results::Amount amount(const Document& document, const Leaf& leaf) {
  try {
    return results::parse_amount(leaf.text);
  } catch (const std::invalid_argument& error) {
    refuse(document, leaf, error.what());
  }
}

void check_quoted(const Document& document, const Leaf& leaf) {
  if (leaf.quoted) return;
  refuse(document, leaf,
         "a number needs its unit: write \"" + leaf.text + " us\", or \"" + leaf.text + "\" in quotes for a count");
}

// The unit as it is written: "us" of "1.5 us".
std::string unit_text(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t0123456789.+-eE");
  return begin == std::string::npos ? std::string() : text.substr(begin);
}

// Four digits are enough for a point of a grid and keep the file readable: "2.154 us".
double rounded(double value) {
  if (value == 0) return 0;
  const double scale = std::pow(10, 3 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

struct Value {
  double number;
  std::string text;
  Leaf place;
};

void put(Axis& axis, const std::vector<Value>& values, bool numbers) {
  for (const Value& value : values) {
    axis.values.push_back(value.text);
    axis.places.push_back(value.place);
    if (numbers) axis.numbers.push_back(value.number);
  }
}

bool looks_like_a_number(const std::string& text) {
  return !text.empty() && (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
}

void read_values(const Document& document, Axis& axis, const std::vector<Leaf>& leaves) {
  std::vector<Value> values;
  const bool numbers =
      std::all_of(leaves.begin(), leaves.end(), [](const Leaf& leaf) { return looks_like_a_number(leaf.text); });
  for (const Leaf& leaf : leaves) {
    check_quoted(document, leaf);
    double number = 0;
    if (numbers) {
      const results::Amount read = amount(document, leaf);
      if (!values.empty() && read.unit != axis.unit)
        refuse(document, leaf, "is another kind of quantity than '" + values.front().text + "' on the same axis");
      axis.unit = read.unit;
      number = read.value;
    }
    for (const Value& other : values) {
      if (numbers ? other.number == number : other.text == leaf.text)
        refuse(document, leaf, "stands twice on its axis");
    }
    values.push_back({number, leaf.text, leaf});
  }
  if (numbers)
    std::sort(values.begin(), values.end(), [](const Value& a, const Value& b) { return a.number < b.number; });
  put(axis, values, numbers);
}

std::size_t read_steps(const Document& document, const Leaf& leaf) {
  double steps = 0;
  try {
    steps = results::number_from_text(leaf.text);
  } catch (const std::invalid_argument&) {
  }
  if (!(steps >= 2 && steps <= most_steps) || steps != std::floor(steps)) {
    refuse(document, leaf,
           "write the number of points, both ends counted: a whole number from 2 to " + std::to_string(most_steps) +
               "; for a single value write values = [\"...\"]");
  }
  return static_cast<std::size_t>(steps);
}

bool read_log(const Document& document, const Leaf& leaf) {
  if (leaf.text != "log" && leaf.text != "linear")
    refuse(document, leaf,
           "write linear or log" + results::suggestion(leaf.text, std::vector<std::string>{"linear", "log"}));
  return leaf.text == "log";
}

void read_range(const Document& document, Axis& axis, const std::string& path) {
  const auto need = [&](const char* key, const char* fix) -> const Leaf& {
    const Leaf* leaf = find_leaf(document, path + "." + key);
    if (!leaf) refuse(document, axis.place, "'" + path + "." + key + "' is missing: " + fix);
    return *leaf;
  };
  const Leaf& low_leaf = need("low", "write values = [...], or low, high, steps and spacing");
  const Leaf& high_leaf = need("high", "a range has two ends");
  const std::size_t steps = read_steps(document, need("steps", "say how many points lie on the axis, ends counted"));
  const Leaf& spacing = need("spacing", "write \"linear\" or \"log\"");
  check_quoted(document, low_leaf);
  check_quoted(document, high_leaf);
  const results::Amount low = amount(document, low_leaf), high = amount(document, high_leaf);
  if (low.unit != high.unit)
    refuse(document, high_leaf, "is another kind of quantity than low = '" + low_leaf.text + "'");
  if (!(low.value < high.value)) refuse(document, high_leaf, "must be above low = '" + low_leaf.text + "'");
  const bool log = read_log(document, spacing);
  if (log && !(low.value > 0))
    refuse(document, low_leaf, "log spacing starts above zero: write a positive low, or linear");
  axis.unit = low.unit;

  const std::string unit = unit_text(low_leaf.text);
  const double factor = results::parse_amount("1 " + unit).value;  // SI of one such unit
  std::vector<Value> values;
  for (std::size_t i = 0; i < steps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(steps - 1);
    const double at =
        log ? low.value * std::pow(high.value / low.value, share) : low.value + share * (high.value - low.value);
    std::string text = i == 0           ? low_leaf.text
                       : i + 1 == steps ? high_leaf.text
                                        : results::number_text(rounded(at / factor)) + (unit.empty() ? "" : " " + unit);
    const double number = results::parse_amount(text).value;
    if (!values.empty() && !(number > values.back().number)) continue;  // closer than four digits tell apart
    values.push_back({number, std::move(text), share < 0.5 ? low_leaf : high_leaf});
  }
  put(axis, values, true);
}

Axis read_axis(const Document& document, std::size_t index) {
  const std::string path = "axis." + std::to_string(index);
  const Leaf* key = find_leaf(document, path + ".key");
  if (!key) refuse_missing(document, path + ".key", "name what is varied, for example \"design.flash.latency\"");
  Axis axis;
  axis.place = *key;
  const auto dot = key->text.find('.');
  axis.target = key->text.substr(0, dot);
  if (dot == std::string::npos || dot + 1 == key->text.size() ||
      (axis.target != "design" && axis.target != "workload")) {
    refuse(document, *key,
           "write design.KEY or workload.KEY, for example \"design.flash.latency\" or \"workload.load.batch\"");
  }
  axis.path = key->text.substr(dot + 1);
  const std::vector<Leaf> values = items(document, path + ".values");
  if (const Leaf* single = find_leaf(document, path + ".values"))
    refuse(document, *single, "write a list: values = [\"" + single->text + "\"]");
  if (values.empty()) {
    read_range(document, axis, path);
    return axis;
  }
  for (const char* other : {"low", "high", "steps", "spacing"}) {
    if (const Leaf* leaf = find_leaf(document, path + "." + other))
      refuse(document, *leaf, "the axis lists its values already: leave either the list or the range out");
  }
  read_values(document, axis, values);
  return axis;
}

std::vector<Leaf> names(const Document& document, const std::string& path, bool required) {
  std::vector<Leaf> list = items(document, path);
  if (required && list.empty()) refuse_missing(document, path, "name at least one: " + path + " = [\"...\"]");
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (list[i].text == list[j].text) refuse(document, list[i], "stands twice in the list");
    }
  }
  return list;
}

}  // namespace

Sweep interpret_sweep(Document document) {
  check_keys(document);
  Sweep sweep;
  sweep.title = text_at(document, "title");
  sweep.description = text_at(document, "description");
  sweep.workloads = names(document, "workloads", true);
  sweep.designs = names(document, "designs", true);
  sweep.against = names(document, "against", false);
  const auto has_axis = [&](std::size_t i) {
    const std::string prefix = "axis." + std::to_string(i) + ".";
    return std::any_of(document.leaves.begin(), document.leaves.end(),
                       [&](const Leaf& leaf) { return leaf.path.starts_with(prefix); });
  };
  double points = static_cast<double>(sweep.workloads.size() * sweep.designs.size());
  for (std::size_t i = 0; has_axis(i); ++i) {
    Axis axis = read_axis(document, i);
    if (i >= most_axes) refuse(document, axis.place, "at most " + std::to_string(most_axes) + " axes");
    for (const Axis& other : sweep.axes) {
      if (other.key() == axis.key()) refuse(document, axis.place, "two axes vary the same key");
    }
    points *= static_cast<double>(axis.values.size());
    if (points > static_cast<double>(most_points)) {
      refuse(document, axis.place,
             "makes " + results::number_text(points) + " points, more than " + std::to_string(most_points) +
                 ": give the axes fewer values");
    }
    sweep.axes.push_back(std::move(axis));
  }
  if (sweep.axes.empty())
    refuse_missing(document, "axis", "a sweep varies something: add [[axis]] with key and values");
  sweep.document = std::move(document);
  return sweep;
}

Sweep read_sweep(const std::filesystem::path& file) { return interpret_sweep(read_document(file)); }

}  // namespace sextant::analysis
