// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

namespace {

// A number format of ours, and the word by which llama.cpp names a model whose weights have it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> words{
    {{"f32", "all F32"}, {"f16", "F16"}, {"bf16", "BF16"}, {"int8", "Q8_0"}, {"int4", "Q4_0"}}};

bool says_format(const std::string& model, const std::string& type) {
  const auto word = std::find_if(words.begin(), words.end(), [&](const auto& entry) { return entry.first == type; });
  if (word == words.end()) return false;
  const std::size_t begin = model.rfind(word->second);
  const bool whole = begin != model.npos && (begin == 0 || model[begin - 1] == ' ');  // F16 is not BF16
  return whole && begin + word->second.size() == model.size();
}

// Whether an engine decoded a model of the same size and format, with as many threads: 5 % of the weights are norms,
// embeddings and other things that are counted by one and not by the other.
bool is_same_work(const Observation& reference, const Observation& engine) {
  const double size = engine.number("parameters") / reference.number("parameters");
  return std::abs(size - 1) < 0.05 && engine.number("threads") == reference.number("threads") &&
         says_format(engine.word("model"), reference.word("type"));
}

}  // namespace

void fit_decode(const Observations& data, std::vector<Parameter>& into) {
  const Observations engines = select(data, "decode.engine", "depth");
  for (const Observation& reference : select(data, "decode.reference", "context")) {
    into.push_back(
        measured("decode.reference.throughput", reference.value, results::Unit::per_second, everything(reference)));
    // Of several depths the nearest: context costs little beside the weights.
    const Observation* nearest = nullptr;
    const auto distance = [&](const Observation& o) {
      return std::abs(o.number("depth") - reference.number("context"));
    };
    for (const Observation& engine : engines) {
      if (is_same_work(reference, engine) && (!nearest || distance(engine) < distance(*nearest))) nearest = &engine;
    }
    if (!nearest) continue;
    into.push_back(fitted(
        "decode.reference.kernel_quality", reference.value / nearest->value, results::Unit::one, everything(reference),
        "tokens a second over those of " + nearest->word("model") + " in an engine on the same machine"));
  }
}

}  // namespace sextant::analysis
