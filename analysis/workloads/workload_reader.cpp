// SPDX-License-Identifier: Apache-2.0
#include "analysis/workloads/workload_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"
#include "results/record/unit.hpp"

namespace sextant::analysis {

using results::suggestion;
namespace {

using results::InvalidInput;

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys{"title",
                                             "description",
                                             "model",
                                             "precision.weights",
                                             "precision.experts",
                                             "precision.embeddings",
                                             "precision.cache",
                                             "precision.activations",
                                             "load.batch",
                                             "load.context",
                                             "load.output",
                                             "routing.correlation",
                                             "attention.split"};
  return keys;
}

bool known(std::string_view path) {
  return std::find(known_keys().begin(), known_keys().end(), path) != known_keys().end();
}

const Leaf& required(const Document& document, std::string_view path, std::string_view fix) {
  const Leaf* leaf = find_leaf(document, path);
  if (!leaf) refuse_missing(document, path, fix);
  return *leaf;
}

// A count of tokens or sequences, or a ratio: text with a unit ("4096 tokens", "0.2"), so that none is taken for
// another.
double number(const Document& document, const Leaf& leaf, double low, double high) {
  if (!leaf.quoted)
    refuse(document, leaf,
           "a number needs a unit: write \"" + leaf.text + " tokens\", or \"" + leaf.text + "\" in quotes for a count");
  double value = 0;
  try {
    const results::Amount amount = results::parse_amount(leaf.text);
    if (amount.unit != results::Unit::one)
      refuse(document, leaf, "this is a count or a ratio, not a physical quantity");
    value = amount.value;
  } catch (const std::invalid_argument& error) {
    refuse(document, leaf, error.what());
  }
  if (!(value >= low && value <= high)) {
    refuse(document, leaf, "must lie between " + results::number_text(low) + " and " + results::number_text(high));
  }
  return value;
}

struct Format {
  double bytes;
  Arithmetic arithmetic;
};

Format format_at(const Document& document, const Leaf& leaf, const Catalogue& catalogue) {
  try {
    const Entry& entry = find(catalogue, Kind::precision, leaf.text);
    return {find(entry, "bytes").estimate.value, arithmetic_from_name(word(entry, "arithmetic"))};
  } catch (const InvalidInput& error) {
    refuse(document, leaf, error.what());
  }
}

Precision read_precision(const Document& document, const Catalogue& catalogue) {
  const Format weights =
      format_at(document, required(document, "precision.weights", "name a number format, such as BF16"), catalogue);
  const Format cache =
      format_at(document, required(document, "precision.cache", "name a number format, such as BF16"), catalogue);
  const auto otherwise = [&](const char* path, Format fallback) {
    const Leaf* leaf = find_leaf(document, path);
    return leaf ? format_at(document, *leaf, catalogue) : fallback;
  };
  const Format experts = otherwise("precision.experts", weights);
  Precision p;
  p.weight = weights.bytes;
  p.weight_arithmetic = weights.arithmetic;
  p.expert = experts.bytes;
  p.expert_arithmetic = experts.arithmetic;
  p.embedding = otherwise("precision.embeddings", weights).bytes;
  p.cache = cache.bytes;
  p.cache_arithmetic = cache.arithmetic;
  p.activation =
      format_at(document, required(document, "precision.activations", "name a number format, such as BF16"), catalogue)
          .bytes;
  return p;
}

}  // namespace

Workload interpret_workload(Document document, std::string name, const Catalogue& catalogue,
                            const std::vector<Override>& overrides) {
  for (const Override& change : overrides) {
    if (!known(change.path)) {
      throw InvalidInput("--set workload." + change.path + ": unknown key" + suggestion(change.path, known_keys()));
    }
    std::erase_if(document.leaves, [&](const Leaf& leaf) { return leaf.path == change.path; });
    document.leaves.push_back({change.path, change.value, true, 0, 0});
  }
  for (const Leaf& leaf : document.leaves) {
    if (!known(leaf.path)) refuse(document, leaf, "unknown key" + suggestion(leaf.path, known_keys()));
  }
  Workload w;
  w.name = std::move(name);
  const Leaf& model = required(document, "model", "name a model of the catalogue");
  try {
    const Entry& entry = find(catalogue, Kind::model, model.text);
    w.model_name = entry.id;
    w.model = model_shape(entry);
  } catch (const InvalidInput& error) {
    refuse(document, model, error.what());
  }
  w.precision = read_precision(document, catalogue);
  w.batch = number(document, required(document, "load.batch", "write the sequences decoded together, \"1\""), 1, 1e6);
  if (w.batch != std::floor(w.batch)) refuse(document, *find_leaf(document, "load.batch"), "must be a whole number");
  w.context =
      number(document, required(document, "load.context", "write the tokens in the cache, \"4096 tokens\""), 0, 1e9);
  w.output = number(document, required(document, "load.output", "write the tokens decoded, \"512 tokens\""), 0, 1e9);
  if (const Leaf* leaf = find_leaf(document, "routing.correlation"))
    w.routing_correlation = number(document, *leaf, 0, 1);
  if (const Leaf* leaf = find_leaf(document, "attention.split")) {
    if (leaf->text != "heads" && leaf->text != "context") refuse(document, *leaf, "write heads or context");
    w.split_context = leaf->text == "context";
  }
  return w;
}

Workload read_workload(const std::filesystem::path& file, const Catalogue& catalogue,
                       const std::vector<Override>& overrides) {
  return interpret_workload(read_document(file), file.stem().string(), catalogue, overrides);
}

}  // namespace sextant::analysis
