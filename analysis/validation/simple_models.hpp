// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/model/exchanges.hpp"
#include "analysis/model/operators.hpp"
#include "analysis/validation/case_workload.hpp"
#include "analysis/validation/score.hpp"

// What a model with less in it would say of the same decode runs: the ones that must be beaten. Bytes and operations are
// ours (analysis/model); only the formula of the time is the other's.
namespace sextant::analysis {

// What the formulas need of a decode run, made once. All of one accelerator of the group and one step.
struct SimpleCase {
  const Case* measured = nullptr;
  Workload workload;
  std::string family;       // vendor and class of the device
  Operators operators;      // of a step
  Exchanges exchanges;      // of a step
  double one_choice = 0;    // byte of experts that an execution of the mixture reads for one token: k of them
  double weights = 0;       // byte streamed
  double cache = 0;         // byte
  double link = 0;          // byte/s that an accelerator injects; 0: not known
  double link_latency = 0;  // s

  double naive() const { return (weights + cache) / measured->bandwidth; }  // s
};
// What these models take where a row says nothing, so that they score what the README of the published rows says: tokens
// that route for themselves, and the 256 sequences that vLLM ran at most by default (max_num_seqs).
inline constexpr UnstatedLoad simple_load{.sequences = 256, .like_prompts = 0};

// The case must be a decode run that the reader did not refuse.
SimpleCase simple_case(const Case& measured, const Catalogue& catalogue, const UnstatedLoad& unstated = simple_load);

struct SimpleModel {
  std::string name, citation;
  std::function<double(const SimpleCase&)> predict;  // in the unit of the metric; NaN: it has nothing to say
};

// The roofline, one efficiency a family, efficiency and fixed time a layer a family, LIMINAL, GenZ, LLMCompass. What is
// fitted is fitted on `fit` alone.
std::vector<SimpleModel> simple_models(const std::vector<const SimpleCase*>& fit);

// What a model scores.
struct Beside {
  std::string model, citation;
  std::vector<GroupScore> scores;
};

// Of the decode cases (single, batched, maxload) in `cases`. Where `left_out` is given, models are fitted once for each
// of its values, without the fit rows that have it; a case that was fitted on is in_sample.
std::vector<Beside> simple_scores(const std::vector<Case>& cases, const std::vector<Case>& fit,
                                  const Catalogue& catalogue,
                                  const std::function<std::string(const Case&)>& left_out = {});

}  // namespace sextant::analysis
