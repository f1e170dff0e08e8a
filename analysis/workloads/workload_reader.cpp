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
                                             "precision.state",
                                             "load.batch",
                                             "load.context",
                                             "load.output",
                                             "cache.page",
                                             "cache.prefix",
                                             "cache.prefix_sharers",
                                             "cache.cascade",
                                             "routing.correlation",
                                             "routing.popularity",
                                             "speculation.tokens",
                                             "speculation.acceptance",
                                             "speculation.draft",
                                             "speculation.weights",
                                             "prefill.prompt",
                                             "prefill.seconds",
                                             "prefill.bandwidth",
                                             "block.tokens",
                                             "block.steps",
                                             "parallelism.search",
                                             "parallelism.tensor",
                                             "parallelism.context",
                                             "parallelism.data",
                                             "parallelism.pipeline",
                                             "parallelism.expert"};
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
  } catch (const std::invalid_argument&) {
    refuse(document, leaf, "this is no number: write a count or a ratio, for example \"4\" or \"4096 tokens\"");
  }
  if (!(value >= low && value <= high)) {
    refuse(document, leaf, "must lie between " + results::number_text(low) + " and " + results::number_text(high));
  }
  return value;
}

// The number at `path`, or `otherwise` where the file has none.
double number_or(const Document& document, const char* path, double otherwise, double low, double high) {
  const Leaf* leaf = find_leaf(document, path);
  return leaf ? number(document, *leaf, low, high) : otherwise;
}

// An amount of this unit, which must be there and above zero.
double amount(const Document& document, const char* path, results::Unit unit, const char* fix) {
  const Leaf& leaf = required(document, path, fix);
  try {
    const results::Amount read = results::parse_amount(leaf.text);
    if (leaf.quoted && read.unit == unit && read.value > 0) return read.value;
  } catch (const std::invalid_argument& error) {
    refuse(document, leaf, error.what());
  }
  refuse(document, leaf, fix);
}

double whole_or(const Document& document, const char* path, double otherwise, double low, double high) {
  const double value = number_or(document, path, otherwise, low, high);
  if (value != std::floor(value)) refuse(document, *find_leaf(document, path), "must be a whole number");
  return value;
}

// One of two words: whether it is the first.
bool word(const Document& document, const char* path, const char* yes, const char* no, bool otherwise) {
  const Leaf* leaf = find_leaf(document, path);
  if (!leaf) return otherwise;
  if (leaf->text != yes && leaf->text != no)
    refuse(document, *leaf, "write " + std::string(yes) + " or " + std::string(no));
  return leaf->text == yes;
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
  if (const Leaf* leaf = find_leaf(document, "precision.state")) p.state = format_at(document, *leaf, catalogue).bytes;
  p.activation =
      format_at(document, required(document, "precision.activations", "name a number format, such as BF16"), catalogue)
          .bytes;
  return p;
}

Model read_model(const Document& document, const Leaf& leaf, const Catalogue& catalogue, Workload* w = nullptr) {
  try {
    const Entry& entry = find(catalogue, Kind::model, leaf.text);
    if (w) {
      w->model_name = entry.id;
      if (const PublishedFigure* longest = lookup(entry, "max_context")) w->longest_context = longest->estimate.value;
    }
    return model_shape(entry);
  } catch (const InvalidInput& error) {
    refuse(document, leaf, error.what());
  }
}

void read_cache(const Document& document, Workload& w) {
  w.cache.page = whole_or(document, "cache.page", 1, 1, 1e6);
  w.cache.prefix = number_or(document, "cache.prefix", 0, 0, 1e9);
  w.cache.prefix_sharers = whole_or(document, "cache.prefix_sharers", 1, 1, 1e6);
  w.cache.cascade = word(document, "cache.cascade", "yes", "no", true);
  if (w.cache.prefix > w.context)
    refuse(document, *find_leaf(document, "cache.prefix"),
           "the common prefix is part of load.context: it cannot be longer");
}

// Drafting takes tokens, a probability and a model (4.9); the draft has its own weights and otherwise the same types.
void read_speculation(const Document& document, const Catalogue& catalogue, Workload& w) {
  w.speculation.tokens = whole_or(document, "speculation.tokens", 0, 0, 64);
  if (w.speculation.tokens <= 0) return;
  const Leaf& acceptance =
      required(document, "speculation.acceptance", "write the probability that a drafted token is accepted, \"0.7\"");
  w.speculation.acceptance = number(document, acceptance, 0, 1);
  w.speculation.draft =
      read_model(document, required(document, "speculation.draft", "name the model that drafts"), catalogue);
  w.speculation.draft_precision = w.precision;
  if (const Leaf* leaf = find_leaf(document, "speculation.weights")) {
    const Format format = format_at(document, *leaf, catalogue);
    Precision& p = w.speculation.draft_precision;
    p.weight = p.expert = p.embedding = format.bytes;
    p.weight_arithmetic = p.expert_arithmetic = format.arithmetic;
  }
}

void read_prefill(const Document& document, Workload& w) {
  const bool given = std::any_of(document.leaves.begin(), document.leaves.end(),
                                 [](const Leaf& leaf) { return leaf.path.starts_with("prefill."); });
  if (!given) return;
  w.prefill.prompt =
      number(document, required(document, "prefill.prompt", "write the tokens handed over, \"4096 tokens\""), 1, 1e9);
  w.prefill.seconds = amount(document, "prefill.seconds", results::Unit::second,
                             "write how long one prefill machine takes for a prompt, \"0.4 s\"");
  w.prefill.bandwidth = amount(document, "prefill.bandwidth", results::Unit::byte_per_second,
                               "write the bandwidth of the link between them, \"50 GB/s\"");
  if (w.output <= 0)
    refuse(document, *find_leaf(document, "load.output"),
           "with prefill elsewhere sequences must decode at least a token");
}

// Degrees, as far as the model alone can refuse them; without any, projections look for the fastest split.
void read_parallelism(const Document& document, Workload& w) {
  const bool given = std::any_of(document.leaves.begin(), document.leaves.end(), [](const Leaf& leaf) {
    return leaf.path.starts_with("parallelism.") && leaf.path != "parallelism.search";
  });
  w.search_split = word(document, "parallelism.search", "fastest", "none", !given);
  if (w.search_split && given)
    refuse(document, *find_leaf(document, "parallelism.search"),
           "the fastest split is searched, and degrees are given: leave one of the two out");
  Parallelism& p = w.parallelism;
  p.tensor = whole_or(document, "parallelism.tensor", 0, 1, 1e6);
  p.context = whole_or(document, "parallelism.context", 1, 1, 1e6);
  p.data = whole_or(document, "parallelism.data", 1, 1, 1e6);
  p.pipeline = whole_or(document, "parallelism.pipeline", 1, 1, 1e6);
  p.expert = whole_or(document, "parallelism.expert", 1, 1, 1e6);
  for (const char* path : {"parallelism.tensor", "parallelism.pipeline", "parallelism.expert"}) {
    const Leaf* leaf = find_leaf(document, path);
    if (!leaf) continue;
    Parallelism alone{1, 1, 1, 1, 1};
    if (leaf->path == "parallelism.tensor") alone.tensor = p.tensor;
    if (leaf->path == "parallelism.pipeline") alone.pipeline = p.pipeline;
    if (leaf->path == "parallelism.expert") alone.expert = alone.data = p.expert;
    const std::string why = refusal(w.model, alone, alone.tensor * alone.data * alone.pipeline);
    if (!why.empty()) refuse(document, *leaf, why);
  }
}

}  // namespace

Workload interpret_workload(Document document, std::string name, const Catalogue& catalogue,
                            const std::vector<Override>& overrides) {
  for (const Override& change : overrides) {
    if (!known(change.path)) {
      throw InvalidInput("--set workload." + change.path + ": unknown key" + suggestion(change.path, known_keys()));
    }
    std::erase_if(document.leaves, [&](const Leaf& leaf) { return leaf.path == change.path; });
    document.leaves.push_back({change.path, change.value, true, 0, 0, "--set workload"});
  }
  for (const Leaf& leaf : document.leaves) {
    if (!known(leaf.path)) refuse(document, leaf, "unknown key" + suggestion(leaf.path, known_keys()));
  }
  Workload w;
  w.name = std::move(name);
  const Leaf& model = required(document, "model", "name a model of the catalogue");
  w.model = read_model(document, model, catalogue, &w);
  w.precision = read_precision(document, catalogue);
  w.batch = number(document, required(document, "load.batch", "write the sequences decoded together, \"1\""), 1, 1e6);
  if (w.batch != std::floor(w.batch)) refuse(document, *find_leaf(document, "load.batch"), "must be a whole number");
  w.context =
      number(document, required(document, "load.context", "write the tokens in the cache, \"4096 tokens\""), 0, 1e9);
  w.output = number(document, required(document, "load.output", "write the tokens decoded, \"512 tokens\""), 0, 1e9);
  w.routing.correlation = number_or(document, "routing.correlation", 0, 0, 1);
  w.routing.popularity = number_or(document, "routing.popularity", 0, 0, 4);
  w.block.tokens = whole_or(document, "block.tokens", 1, 1, 1e5);
  w.block.steps = whole_or(document, "block.steps", 1, 1, 1e5);
  read_cache(document, w);
  read_speculation(document, catalogue, w);
  read_prefill(document, w);
  read_parallelism(document, w);
  return w;
}

Workload read_workload(const std::filesystem::path& file, const Catalogue& catalogue,
                       const std::vector<Override>& overrides) {
  return interpret_workload(read_document(file), file.stem().string(), catalogue, overrides);
}

}  // namespace sextant::analysis
