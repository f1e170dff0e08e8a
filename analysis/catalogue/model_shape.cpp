// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/model/operators.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

// Reads the fields of a model and remembers which were needed and are not there, so that the refusal names them all.
class Fields {
 public:
  explicit Fields(const Entry& entry) : entry_(entry) {}

  double required(const char* field) {
    if (const PublishedFigure* figure = lookup(entry_, field)) return figure->estimate.value;
    missing_ += (missing_.empty() ? "" : ", ") + std::string(field);
    return 0;
  }

  double optional(const char* field, double otherwise) const {
    const PublishedFigure* figure = lookup(entry_, field);
    return figure ? figure->estimate.value : otherwise;
  }

  void refuse_missing() const {
    if (missing_.empty()) return;
    throw results::InvalidInput("model '" + entry_.id + "' cannot be projected: the catalogue does not know its " +
                                missing_ + " (" + word(entry_, "note") + ")");
  }

 private:
  const Entry& entry_;
  std::string missing_;
};

// A row whose numbers contradict each other would be wrong in silence: every byte of a step comes from the shape.
void check_shape(const Entry& entry, const Model& m, double stated) {
  const auto refuse = [&](const std::string& why) {
    throw results::InvalidInput(entry.place + ": model '" + entry.id + "': " + why);
  };
  if (m.experts > 0 && m.experts < m.experts_per_token)
    refuse("'experts' = " + results::number_text(m.experts) + " is below 'experts_per_token' = " +
           results::number_text(m.experts_per_token) + ": a token cannot use more experts than there are");
  const double counted = parameters(m);
  if (stated > 0 && std::abs(counted / stated - 1) > 0.02)
    refuse("'parameters' = " + results::number_text(stated) + ", but its shape has " + results::number_text(counted) +
           ", which differs by over 2 %: mend the one that is wrong");
}

}  // namespace

Model model_shape(const Entry& entry) {
  Fields fields(entry);
  Model m;
  m.layers = fields.required("layers");
  m.hidden = fields.required("hidden");
  m.query_heads = fields.required("query_heads");
  m.key_value_heads = fields.required("kv_heads");
  m.head_size = fields.required("head_size");
  m.vocabulary = fields.required("vocabulary");
  m.value_size = fields.optional("value_size", 0);
  m.ffn = fields.required("ffn");
  m.tied_embeddings = fields.optional("tied_embeddings", 0) > 0;
  m.gated = fields.optional("gated_ffn", 1) > 0;
  m.experts = fields.optional("experts", 0);
  if (m.experts > 0) {
    m.experts_per_token = fields.required("experts_per_token");
    m.expert_ffn = fields.required("expert_ffn");
    m.shared_experts = fields.optional("shared_experts", 0);
    m.shared_ffn = fields.optional("shared_ffn", 0);
    m.first_dense_layers = fields.optional("first_dense_layers", 0);
    m.moe_layer_every = fields.optional("moe_layer_every", 1);
  }
  if (word(entry, "attention") == "mla") {
    m.attention = Attention::latent;
    m.latent_rank = fields.required("latent_rank");
    m.latent_rope = fields.required("latent_rope");
    m.latent_query_rank = fields.optional("latent_query_rank", 0);
    m.latent_nope = fields.required("latent_nope");
  }
  m.window = fields.optional("window", 0);
  m.full_attention_every = fields.optional("full_attention_every", 1);
  m.window_key_value_heads = fields.optional("window_kv_heads", 0);
  m.parallel_blocks = fields.optional("parallel_blocks", 0) > 0;
  m.cache_sharing = fields.optional("cache_sharing", 1);
  m.state_layers = fields.optional("state_layers", 0);
  m.state_elements = fields.optional("state_elements", 0);
  m.state_weights = fields.optional("state_weights", 0);
  fields.refuse_missing();
  check_shape(entry, m, fields.optional("parameters", 0));
  return m;
}

Arithmetic arithmetic_from_name(std::string_view text) {
  std::string known;
  for (int i = 0; i < arithmetic_count; ++i) {
    if (text == arithmetic_names[i]) return static_cast<Arithmetic>(i);
    known += (i > 0 ? ", " : "") + std::string(arithmetic_names[i]);
  }
  throw results::InvalidInput("no arithmetic '" + std::string(text) + "': write one of " + known);
}

}  // namespace sextant::analysis
